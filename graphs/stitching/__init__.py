"""Context recipes and the sources behind them: fetched in parallel, each under its deadline, with their origins."""
