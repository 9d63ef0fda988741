"""Tells Weights & Biases of one run: a script of its own, since the client leaves threads,
a helper process and variables behind. Imports nothing of the product.

    python wandb_script.py FOLDER

FOLDER holds run.json (what to tell) and files/. It ends with 0, or with one of the codes.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

NOT_INSTALLED, REFUSED, UNREACHABLE = 3, 4, 5
SECONDS_TO_BEGIN = 20


def main(folder: Path) -> int:
    """Send the run in the folder; returns the outcome."""
    try:
        import wandb  # noqa: PLC0415 (not always installed)
        from wandb import errors  # noqa: PLC0415
    except ImportError:
        return NOT_INSTALLED
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    settings = wandb.Settings(
        init_timeout=SECONDS_TO_BEGIN,
        # Of this machine nothing is told.
        host="ml-experimenter",
        console="off",
        silent=True,
        disable_git=True,
        disable_code=True,
        save_code=False,
        x_disable_stats=True,
        x_disable_meta=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
    )
    try:
        run = wandb.init(
            **told["init"], dir=str(folder), resume="allow", reinit=True, settings=settings
        )
        run.config.update(told["config"], allow_val_change=True)
        run.summary.update(told["summary"])
        shutil.copytree(folder / "files", run.dir, dirs_exist_ok=True)
        run.save(f"{run.dir}/**/*", base_path=run.dir, policy="now")
        run.finish(exit_code=told["exit_code"])
    except (errors.AuthenticationError, errors.UsageError) as failure:
        sys.stderr.write(f"{failure}\n")
        return REFUSED
    except (errors.Error, OSError, TimeoutError) as failure:
        sys.stderr.write(f"{failure}\n")
        return UNREACHABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
