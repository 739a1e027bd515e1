"""Devices: peak rates and bandwidth to memory, each with its source; a file for each, or one of your own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from ..errors import UnknownName, UsageError, unreadable
from ..frozen import NamedTuple

FOLDER = os.path.join(os.path.dirname(__file__), "devices")
LARGEST = 10**21  # operations or bytes a second: more is a typing error
SIZE = {"float32": 4, "tf32": 4, "bfloat16": 2, "float16": 2, "int8": 1}  # bytes of a number, by its type


class Rate(NamedTuple):
    """So many operations, or bytes, a second, and where that stands."""

    amount: int
    source: str


class Device(NamedTuple):
    """A device: operations a second by the type of numbers (a multiply-accumulate is two), and bytes a second."""

    name: str
    title: str
    rates: Mapping[str, Rate]
    bandwidth: Rate

    def rate(self, dtype: str) -> Rate:
        """The peak rate for a type of numbers; UnknownName, with those that the device has, for another."""
        if dtype not in self.rates:
            raise UnknownName(f"type of {self.name}", dtype, self.rates)
        return self.rates[dtype]


def device_names() -> list[str]:
    """The devices that come with the package.

    >>> device_names()
    ['a100', 'cpu', 'h100', 'm2', 'rpi5', 'rtx4090', 't4']
    """
    return sorted(name[:-5] for name in os.listdir(FOLDER) if name.endswith(".json"))


def device(name: str) -> Device:
    """The device of that name, or that a JSON file describes.

    UnknownName for what is neither; UsageError, in one line, for a file that is no description of a device.

    >>> device("t4").rate("float16").amount
    65000000000000
    """
    path = os.path.join(FOLDER, f"{name}.json") if name in device_names() else name
    if not os.path.exists(path) and not name.endswith(".json"):
        raise UnknownName("device", name, [*device_names(), "FILE.json"])
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as error:
        raise unreadable(name, error) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: is no JSON file: a device has name, title, rates and bandwidth") from error
    return _device(name, data)


def _device(file: str, data: Any) -> Device:
    rates, bandwidth = (data.get(key) if isinstance(data, dict) else None for key in ("rates", "bandwidth"))
    if not isinstance(rates, dict) or not rates or not isinstance(bandwidth, dict):
        raise UsageError(f"{file}: a device needs rates by type and a bandwidth, each with a source")
    for dtype in rates:
        if dtype not in SIZE:
            raise UnknownName(f"type in {file}", str(dtype), SIZE)
    found = {dtype: _rate(file, dtype, rate, "operations_per_second") for dtype, rate in rates.items()}
    name = data.get("name")
    title = data.get("title")
    name = name if isinstance(name, str) else os.path.basename(file)
    return Device(
        name, title if isinstance(title, str) else name, found, _rate(file, "bandwidth", bandwidth, "bytes_per_second")
    )


def _rate(file: str, what: str, data: Any, key: str) -> Rate:
    amount = data.get(key) if isinstance(data, dict) else None
    if type(amount) is not int or not 0 < amount <= LARGEST:
        raise UsageError(f"{file}: {what} needs {key}, a whole number from 1 to {LARGEST}, not {amount!r:.40}")
    source = data.get("source")
    if not isinstance(source, str) or not source.strip():
        raise UsageError(f"{file}: {what} needs a source: where does {amount:,} come from?")
    return Rate(amount, source)
