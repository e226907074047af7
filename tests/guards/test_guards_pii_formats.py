"""Personal data in the many ways in which people write it, and numbers that only look so."""

from __future__ import annotations

import pytest

from shopgraph.guards.personal import find_personal

WRITTEN = {
    "phone": (
        "call me at (415) 555-0132 ext. 23",
        "+1-415-555-0132 x88 is my work line",
        "0044 20 7946 0958",
        "my number is 555 0123",
        "+49 (0)30 1234567",
        "030 / 123 45 67",
        "0151/12345678",
        "06-12345678",
        "03-1234-5678",
        "044 668 18 00",
        "+55 11 91234-5678",
        "+91-98765 43210",
        "0412 345 678",
        "415.555.0132",
        "415 555 0132",
        "My mobile: 4155550132",
        "Tel 4155550132",
        "T: 4155550132",
        "You can text 415-555-0132 after six",
        "whatsapp +34 612 34 56 78",
        "mi teléfono es 612 345 678",
        "mon portable est le 06 12 34 56 78",
        "meine Nummer ist 0170 1234567",
        "Handy 0170-1234567",
        "numero 333 123 4567",
        "sms to 668 5702",
        "I can be reached at 322 327 102",
        "please ring me on 61 51 81 tonight",
        "give me a ring: 28-81-33-70",
        "1 (800) 555-0199",
        "+44 7700 900123",
        "+447700900123",
        "00447700900123",
        "+1 415‑555‑0132",
        "020 7946 0958",
        "Fax. 212-555-0147",
        "my old line was 9123 4567",
        "contact number 0490 75 40 81",
    ),
    "card": (
        "card 4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "paid with 378282246310005",
        "3782 822463 10005",
        "36227206271667",
        "Visa 4222222222222",
        "6011000990139424",
        "maestro card 501800000009",
        "6304000000000000",
        "4000 0000 0000 0000 006",
    ),
    "iban": (
        "DE89 3704 0044 0532 0130 00",
        "DE89370400440532013000 sent it back",
        "ES91 2100 0418 4502 0005 1332 that is mine",
        "GB82-WEST-1234-5698-7654-32",
        "FR14 2004 1010 0505 0001 3M02 606 is it",
        "NO93 8601 1117 947",
        "gb82west12345698765432",
    ),
    "ip": (
        "10.0.0.1",
        "10.0.0.1:8080",
        "logged in from 203.0.113.7, twice",
        "2001:db8::1",
        "[2001:db8::1]:443",
        "fe80::1ff:fe23:4567:890a",
        "::ffff:192.0.2.128",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    ),
    "ssn": (
        "078-05-1120",
        "my ssn is 078 05 1120",
        "social security number: 078051120",
        "SSN 078051120",
    ),
    "email": (
        "o'brien@shop.example",
        "ann.lee+tag@mail.co.uk",
        "ann@straße.example",
        "<ann@shop.example>",
        "a_b-c@sub.sub2.shop.example.",
        "mailto:ann@shop.example",
    ),
}
OTHER = (
    "order 6086499569",
    "order number 415-555-0132",
    "version 10.0.0.1",
    "firmware v2.4.1.7",
    "item 4006381333931",
    "EAN 4006381333931",
    "ISBN 978-3-16-148410-0",
    "tracking 123456789012",
    "IMEI 356938035643809",
    "on 22.11.2026 14.30",
    "from 2026-11-22 to 2026-12-01",
    "2020-2021",
    "01/02/23",
    "sizes 36 38 40 42",
    "100 200 300 ml",
    "24-MB01-7788",
    "it costs 1 234 567.89 dollars",
    "1,299.00 and 2,499.00",
    "SKU 883985890",
    "12345678",
    "the card ending in 4242",
    "10:30:15",
    "00:1B:44:11:3A:B7",
    "dimensions 120 x 60 x 75 cm",
    "I'd like to call a taxi to 03 2657 Koontz Lane",
    "my licence is 078-05-1120",
    "between 1000 and 2000",
    "invoice 2023-001234",
    "order D1000001",
    "#415-555-0132",
    "serial 4155550132",
    "a 5-7 day delivery",
    "3 x 40 = 120 and 4 x 50 = 200",
    "std::vector",
    "DE89 3704 0044 0532 0130 01",
    "room 101 202 303",
    "zip 94107-1234",
    "policy number 453218429",
    "my booking confirmation number is 451235687",
    "GB82 WEST 1234 5698 7654 33 has wrong check digits",
    "240-LV08 Advanced Pilates & Yoga Video",
    "a notebook with a 265187 6-cell battery",
)
"""Orders, prices, sizes, dates, versions, articles."""


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in WRITTEN.items() for text in texts])
def test_each_way_of_writing_is_known(kind: str, text: str) -> None:
    (found,) = find_personal(text)
    assert found.kind == kind
    digits = [char for char in text if char.isdigit()]
    assert kind == "email" or sum(char.isdigit() for char in found.text) >= len(digits) - 4  # a port stays


@pytest.mark.parametrize("text", OTHER)
def test_other_numbers_are_left(text: str) -> None:
    assert list(find_personal(text)) == []
