"""Where the secrets come from, and that they are not told; what happens without the SDK."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shopgraph.connectors.stripe import StripeSettings
from shopgraph.errors import ConfigurationError

pytestmark = pytest.mark.counterpart("none")


def test_secrets_come_from_the_environment_or_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("rk_test_1\n")
    settings = StripeSettings.from_environment(
        {"STRIPE_API_KEY_FILE": str(tmp_path / "key"), "STRIPE_WEBHOOK_SECRET": "whsec_1"}
    )
    assert settings.api_key.get_secret_value() == "rk_test_1"
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == "whsec_1"
    assert "rk_test_1" not in f"{settings} {settings!r} {settings.model_dump_json()}"
    assert StripeSettings.from_environment({"STRIPE_API_KEY": "sk_test_1"}).webhook_secret is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "STRIPE_API_KEY is not set"),
        ({"STRIPE_API_KEY": "sk_1", "STRIPE_API_KEY_FILE": "/dev/null"}, "both set"),
        ({"STRIPE_API_KEY_FILE": "/no/such/file"}, "/no/such/file"),
        ({"STRIPE_API_KEY": "pk_live_secret"}, "STRIPE_API_KEY holds no such secret"),
        ({"STRIPE_API_KEY": "sk_live_secret\nX-Header: 1"}, "STRIPE_API_KEY holds no such secret"),
        ({"STRIPE_API_KEY": "sk_1", "STRIPE_WEBHOOK_SECRET": "secret"}, "STRIPE_WEBHOOK_SECRET holds"),
    ],
)
def test_what_is_no_secret_is_refused_and_not_told(environment: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refusal:
        StripeSettings.from_environment(environment)
    assert "live_secret" not in str(refusal.value)


def test_without_the_sdk_the_extra_is_named() -> None:
    script = (
        "import sys; sys.modules['stripe'] = None\n"
        "from shopgraph.connectors.stripe import StripeSettings, stripe_gateway\n"
        "settings = StripeSettings.from_environment({'STRIPE_API_KEY': 'sk_test_1'})\n"
        "try: stripe_gateway(settings, shop_id='s')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "MissingDependency Stripe needs its SDK. pip install 'shopgraph[stripe]'"
