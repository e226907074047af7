"""What tools answer: typed views without anything that a shopper or a model must not see (cost, other customers)."""

from shopgraph.tools.views.amounts import AmountView
from shopgraph.tools.views.catalog import (
    ProductHit,
    ProductView,
    Recommendations,
    RecommendationView,
    ReviewView,
    SearchResult,
    VariantView,
)
from shopgraph.tools.views.customers import PaymentMethodView, ProfileView
from shopgraph.tools.views.marketing import CampaignView, PromotionList, PromotionView
from shopgraph.tools.views.orders import OrderLineView, OrderList, OrderSummary, OrderView, PaymentView, RefundView
from shopgraph.tools.views.results import (
    ActionResult,
    CanceledOrder,
    ChangedAddress,
    ChangedItems,
    ChangedPayment,
    HandedOff,
    NoteAdded,
    RedeemedCode,
    RequestedExchange,
    RequestedReturn,
    SettledReturn,
)
from shopgraph.tools.views.warehouse import (
    DeliveryOption,
    DeliveryOptions,
    ExchangeItemView,
    ExchangeView,
    ParcelEventView,
    ParcelView,
    ReturnItemView,
    ReturnView,
)

__all__ = [
    "ActionResult",
    "AmountView",
    "CampaignView",
    "CanceledOrder",
    "ChangedAddress",
    "ChangedItems",
    "ChangedPayment",
    "DeliveryOption",
    "DeliveryOptions",
    "ExchangeItemView",
    "ExchangeView",
    "HandedOff",
    "NoteAdded",
    "OrderLineView",
    "OrderList",
    "OrderSummary",
    "OrderView",
    "ParcelEventView",
    "ParcelView",
    "PaymentMethodView",
    "PaymentView",
    "ProductHit",
    "ProductView",
    "ProfileView",
    "PromotionList",
    "PromotionView",
    "RecommendationView",
    "Recommendations",
    "RedeemedCode",
    "RefundView",
    "RequestedExchange",
    "RequestedReturn",
    "ReturnItemView",
    "ReturnView",
    "ReviewView",
    "SearchResult",
    "SettledReturn",
    "VariantView",
]
