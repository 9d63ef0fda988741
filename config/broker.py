"""A file-based broker whose messages appear complete.

kombu 5.7's filesystem transport creates a message's file, then fills it: a
consumer that lists the folder in between can read a message that is not yet whole.
Writing beside and renaming closes that window.
"""

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem


class Channel(filesystem.Channel):
    def _put(  # type: ignore[override]  # kombu's own filesystem channel says `payload`
        self, queue: str, payload: dict[str, Any], **kwargs: Any
    ) -> None:
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        partial = folder / f"{name}.partial"
        try:
            partial.write_text(json.dumps(payload))
            os.replace(partial, folder / name)  # noqa: PTH105 (atomic on POSIX and Windows)
        except OSError as error:
            raise ChannelError(f"Cannot add a message to {folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
