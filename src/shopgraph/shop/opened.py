"""One shop, open."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shopgraph.audit.log import AuditLog
from shopgraph.clock import Clock, FixedClock, RunningClock, parse_instant
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo import generate
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.connectors.embedded.payments import EmbeddedPayments
from shopgraph.connectors.ports import Connectors
from shopgraph.connectors.search import HybridSearch
from shopgraph.connectors.tau2 import read_tau2
from shopgraph.domain import ClockKind, ShopMeta
from shopgraph.errors import ConfigurationError, DamagedShop, ShopgraphError
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.policy import PolicyBundle, load_bundle
from shopgraph.guards.promotions import with_calendars
from shopgraph.guards.versions import live_folder
from shopgraph.kept import empty_regularly
from shopgraph.models.learned import LearnedRouting
from shopgraph.shop.places import audit_of, engine_url, plain_url, records_url
from shopgraph.shop.searching import search_of
from shopgraph.tools.durable.limits import Limits
from shopgraph.tools.durable.shop_engine import FREE, ShopEngine
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import Services

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.store.base import BaseStore

    from shopgraph.graphs.memory import BrandMemory
    from shopgraph.graphs.stitching.shared import SharedReads
    from shopgraph.models.recommend.model import RecommenderModel

logger = logging.getLogger(__name__)

DEMO_INSTANT = "2026-06-01T12:00:00Z"
"""When the demo shop stands still, unless another instant is asked for."""


class Shop:
    """One shop, open. Close it when done; it is a context manager."""

    def __init__(
        self,
        records: EmbeddedShop,
        *,
        folder: Path | None,
        policy: PolicyBundle,
        throw_away: Path | None = None,
        chat_model: BaseChatModel | None = None,
        trained: Mapping[str, str] | None = None,
        source_deadline_ms: int = 500,
        engine: str | None = None,
        limits: Limits = FREE,
        audit_keys: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._records = records
        self._folder = folder
        self._throw_away = throw_away
        self.meta: ShopMeta = records.meta
        self.policy = policy
        self.connectors: Connectors = with_calendars(records.connectors, policy.calendars)
        self.payments: EmbeddedPayments = records.payments
        """The payments port with what is beyond it: customers linked to a gateway, calls without an end, its news."""
        self.clock: Clock = clock or clock_of(self.meta)
        gateway = records.payments.gateway
        self.engine = ShopEngine(
            engine or engine_url(records, folder),
            self.meta.id,
            gateway=gateway.name if gateway else "",
            limits=limits if gateway else FREE,
        )
        """Carries out actions that touch a system outside; it does nothing until one does."""
        self.services = Services(connectors=self.connectors, clock=self.clock, policy=policy, engine=self.engine)
        self.gate = Gate(default_tools())
        self.guards = GuardChain.for_bundle(policy)
        self.audit: AuditLog = audit_of(records, folder, audit_keys)
        self.chat_model = chat_model
        self.routing = LearnedRouting.beside(folder).with_settings(**{"router": "", "tiers": "", **(trained or {})})
        """What it has trained for choosing intent and tier."""
        self.source_deadline_ms = source_deadline_ms
        self._checkpointer: BaseCheckpointSaver[Any] | None = None
        self._memory: BrandMemory | None = None
        self._shared: SharedReads | None = None
        self._recommender: RecommenderModel | None = None
        self._unreadable: Path | None = None
        self._closers: list[Callable[[], None]] = []
        empty_regularly()

    @classmethod
    def demo(cls, *, stores: int = 4, seed: int = 7, at: datetime | None = None, **options: Any) -> Self:
        """A seeded demo shop in a temporary folder that goes when the shop is closed."""
        meta, parts = generate(stores=stores, seed=seed, at=at or parse_instant(DEMO_INSTANT))
        folder = Path(tempfile.mkdtemp(prefix="shopgraph-"))
        return cls._make(folder / "shop", meta, parts, url=None, throw_away=folder, **options)

    @classmethod
    def create(
        cls, folder: str | Path, meta: ShopMeta, parts: Iterable[Dataset], *, url: str | None = None, **options: Any
    ) -> Self:
        """Make a shop in a new folder; with `url` its records go to that database.

        Raises:
            ConfigurationError: the folder or the database is not empty.
        """
        return cls._make(Path(folder), meta, parts, url=url, throw_away=None, **options)

    @classmethod
    def open(cls, where: str | Path, **options: Any) -> Self:
        """Open a shop folder, a database URL, or a tau2 JSON file (as a throw-away copy; the file is never changed).

        Args:
            options: `chat_model` for the agent, `trained` (folders of a trained `router` and of
                trained `tiers`, in place of those in the shop's folder),
                `source_deadline_ms`, `search` (a `SearchKind`),
                `embedding` (for hybrid search: `wordllama`, or a model as LiteLLM names it),
                `catalog_language` (`en`, `de`, `fr` or `es`: what the texts are written in),
                `gateway` (from a `ShopMeta` to the `PaymentGateway` that moves the money of cards), `engine` (URL of
                the database in which actions on systems outside are carried on; beside the records without it),
                `limits` (`Limits` of the gateway: how many actions at once, and how fast they begin),
                `audit_keys` (the folder of the audit log's secrets; without it `keys` in the shop's folder, and for a
                shop without a folder `~/.shopgraph/keys/SHOP`), `clock` (in place of the shop's own, to play what was
                or will be).

        Raises:
            DamagedShop: there is no readable shop.
            ShopTooNew: a newer shopgraph wrote it.
        """
        text = str(where)
        if "://" in text:
            return cls._opened(text, None, options)
        path = Path(where)
        if path.is_file() and path.name.endswith((".json", ".json.gz")):
            meta, dataset = read_tau2(path)
            folder = Path(tempfile.mkdtemp(prefix="shopgraph-"))
            return cls._make(folder / "shop", meta, [dataset], url=None, throw_away=folder, **options)
        if not path.is_dir():
            raise DamagedShop(
                f"There is no shop at {path}.",
                remedy="Name a shop folder, a database URL or a tau2 JSON file; `shopgraph shop init` makes a folder.",
            )
        return cls._opened(records_url(path), path, options)

    @classmethod
    def _opened(cls, url: str, folder: Path | None, options: dict[str, Any]) -> Self:
        search = search_of(options, folder, url)
        records = open_shop(url, search, options.pop("gateway", None))
        try:
            return cls(records, folder=folder, policy=_policy(folder, records), **options)
        except BaseException:
            records.close()
            raise

    @classmethod
    def _make(
        cls,
        folder: Path,
        meta: ShopMeta,
        parts: Iterable[Dataset],
        *,
        url: str | None,
        throw_away: Path | None,
        **options: Any,
    ) -> Self:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigurationError(f"{folder} is not empty.", remedy="Make the shop in a new folder.")
        bundle = load_bundle(meta.bundle)
        meta = meta.model_copy(update={"created_at": RunningClock().now()})
        search = search_of(options, folder, url or "")
        fresh = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            records = create_shop(url or f"sqlite:///{(folder / 'shop.db').resolve()}", meta, search)
            try:
                for part in parts:
                    records.load(part)
                if url:
                    (folder / "url").touch(mode=0o600)  # it may hold a password
                    (folder / "url").write_text(url + "\n", encoding="utf-8")
                shutil.copytree(bundle.folder, folder / "policy")
                policy = _policy(folder, records)
                return cls(records, folder=folder, policy=policy, throw_away=throw_away, **options)
            except BaseException:
                records.close()
                raise
        except BaseException:
            shutil.rmtree(throw_away or folder, ignore_errors=True)
            if not fresh and not throw_away:
                folder.mkdir()
            raise

    @property
    def folder(self) -> Path | None:
        """Where the shop keeps what is not in its records; None when it was opened by a database's URL."""
        return self._folder

    @property
    def records_url(self) -> str:
        """Of the database of its records; with the password, where it has one."""
        return self._records.database.url.render_as_string(hide_password=False)

    @property
    def checkpointer(self) -> BaseCheckpointSaver[Any]:
        """Where this shop's conversations are kept: beside its records. Opened on first use."""
        if self._checkpointer is None:
            self._checkpointer = self._open_checkpointer()
        return self._checkpointer

    @property
    def _beside(self) -> Path:
        """The folder of what is kept in files beside the records: the shop's, else that of their SQLite file."""
        return self._folder or Path(str(self._records.database.engine.url.database)).parent

    def _open_checkpointer(self) -> BaseCheckpointSaver[Any]:
        from shopgraph.graphs.checkpoints import LoopFreeSqliteSaver, postgres_saver

        if self._folder is None and not self._records.database.is_sqlite:
            saver, pool = postgres_saver(plain_url(self._records.database.url))
            self._closers.append(pool.close)
            return saver
        local = LoopFreeSqliteSaver.open(self._beside / "conversations.db")
        self._closers.append(local.close)
        return local

    @property
    def memory(self) -> BrandMemory:
        """The one brand state, on LangGraph's Store: in a file beside the records, else in their database."""
        if self._memory is None:
            from shopgraph.graphs.memory import BrandMemory, LiveStanding

            self._memory = BrandMemory(self._open_store(), LiveStanding(self.connectors), self.clock)
            self._memory.on_change(self.shared.drop)
        return self._memory

    @property
    def shared(self) -> SharedReads:
        """Reads that are the same for everybody, remembered for a moment."""
        if self._shared is None:
            from shopgraph.graphs.stitching.shared import SharedReads

            self._shared = SharedReads()
        return self._shared

    @property
    def recommender(self) -> RecommenderModel | None:
        """The learned model in the shop's folder (`recommender`), read on first use; None where nothing was learned.

        One that cannot be read is logged once: recommendations then go by counts.
        """
        if self._recommender is None and self._folder is not None and (folder := self._folder / "recommender").is_dir():
            from shopgraph.models.recommend.files import load_recommender

            if folder != self._unreadable:
                try:
                    self._recommender = load_recommender(folder)
                except ConfigurationError as error:
                    self._unreadable = folder
                    logger.warning("recommendations go by counts: %s", error)
        return self._recommender

    def _open_store(self) -> BaseStore:
        from shopgraph.graphs.memory.stores import LoopFreeSqliteStore, postgres_store

        if not self._records.database.is_sqlite:
            store, pool = postgres_store(plain_url(self._records.database.url))
            self._closers.append(pool.close)
            return store
        local = LoopFreeSqliteStore.open(self._beside / "memory.db")
        self._closers.append(local.close)
        return local

    async def warm(self) -> None:
        """Load what the first requests would wait for: models, prices, phrases, what was trained, the index of words.

        What questions are read by is compiled in the languages of the regions.

        For a server. A search that is down is left to the requests that need it.

        Raises:
            ConfigurationError: a folder of what was trained is damaged.
        """
        await asyncio.to_thread(self._load)
        with suppress(ShopgraphError):
            await self.connectors.search.search("hello", limit=1)

    def _load(self) -> None:
        from shopgraph.shop.warming import warm_governance, warm_model, warm_regions

        warm_regions(self._records.regions())
        warm_governance()
        self.routing.router.route("hello")
        _ = self.routing.judge
        if self.chat_model is not None:
            warm_model(self.chat_model)

    def require_fit(self, policy: PolicyBundle) -> None:
        """Check whether this shop could go by another policy.

        Raises:
            ConfigurationError: its calendars do not fit the shop's regions and promotions.
        """
        _require_fit(policy, self._records)

    def dump(self) -> Dataset:
        """Every business record."""
        return self._records.dump()

    def close(self) -> None:
        """Close everything; a throw-away shop is gone afterwards."""
        for close in self._closers:
            close()
        if isinstance(self.connectors.search, HybridSearch):
            self.connectors.search.close()
        self.engine.detach()
        self.audit.close()
        self._records.close()
        if self._throw_away is not None:
            shutil.rmtree(self._throw_away, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def clock_of(meta: ShopMeta) -> Clock:
    """A shop's own clock: the wall clock, one that runs from an instant of its own, or one that stands still."""
    if meta.clock is ClockKind.FIXED and meta.clock_at is not None:
        return FixedClock(meta.clock_at)
    if meta.clock is ClockKind.RUNNING and meta.clock_at is not None:
        return RunningClock(meta.clock_at - meta.created_at)
    return RunningClock()


def _policy(folder: Path | None, records: EmbeddedShop) -> PolicyBundle:
    """The shop's own bundle, where it has a folder; else the packaged one of the name it was made with."""
    own = live_folder(folder) if folder is not None else None
    bundle = load_bundle(own or records.meta.bundle)
    _require_fit(bundle, records)
    return bundle


def _require_fit(bundle: PolicyBundle, records: EmbeddedShop) -> None:
    calendars = bundle.calendars
    calendars.require(records.regions())
    ids, codes = [each.id for each in calendars.promotions], [each.code for each in calendars.codes]
    calendars.refuse_taken(records.taken(promotion_ids=ids, codes=codes))
