"""What differs by region and by date: tax, shipping, returns, promotions, approvals. One YAML file per region."""

from shopgraph.guards.calendars.in_force import Calendar, Calendars, read_calendars
from shopgraph.guards.calendars.terms import (
    ApprovalRules,
    PromotionRules,
    RegionCalendar,
    ReturnRules,
    ShippingMethod,
    TaxRules,
)

__all__ = [
    "ApprovalRules",
    "Calendar",
    "Calendars",
    "PromotionRules",
    "RegionCalendar",
    "ReturnRules",
    "ShippingMethod",
    "TaxRules",
    "read_calendars",
]
