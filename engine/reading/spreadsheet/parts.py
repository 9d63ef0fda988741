"""Which part of a workbook's archive holds which sheet."""

from __future__ import annotations

import posixpath
import zipfile
from typing import IO
from xml.etree import ElementTree  # nosec B405

WORKBOOK = "xl/workbook.xml"
RELATED = "xl/_rels/workbook.xml.rels"


def part_of_sheet(archive: IO[bytes], name: str) -> str:
    """The name of the part, in small letters; "" when the workbook does not say.

    Args:
        archive: as `copy_tables` writes it.
    """
    with zipfile.ZipFile(archive) as parts:
        names = {found.lstrip("/").lower(): found for found in parts.namelist()}
        if not {WORKBOOK, RELATED} <= names.keys():
            return ""
        try:
            # What declares entities was refused when it was copied.
            workbook = ElementTree.fromstring(parts.read(names[WORKBOOK]))  # noqa: S314  # nosec B314
            related = ElementTree.fromstring(parts.read(names[RELATED]))  # noqa: S314  # nosec B314
        except ElementTree.ParseError:
            return ""
    targets = {each.get("Id"): each.get("Target", "") for each in related}
    for element in workbook.iter():
        if _local(element.tag) == "sheet" and element.get("name") == name:
            key = next((value for key, value in element.items() if _local(key) == "id"), None)
            return _absolute(targets.get(key, ""))
    return ""


def _absolute(target: str) -> str:
    joined = target if target.startswith("/") else posixpath.join("xl", target)
    return posixpath.normpath(joined).lstrip("/").lower()


def _local(name: str) -> str:
    return name.rpartition("}")[2]
