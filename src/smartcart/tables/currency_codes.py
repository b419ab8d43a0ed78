"""Codes of currencies (ISO 4217) that shops take."""

__all__ = ["CURRENCY_CODES"]

CURRENCY_CODES = (
    "USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|INR|CNY|JPY|KRW|AUD|NZD|CAD|MXN|"
    "BRL|ARS|CLP|COP|PEN|ZAR|NGN|KES|EGP|AED|SAR|ILS|SGD|HKD|TWD|THB|IDR|MYR|PHP|VND|"
    "PYG|KWD|BHD|OMR|TND|JOD"
)
"""The codes, parted by ``|``: a part of a regular expression."""
