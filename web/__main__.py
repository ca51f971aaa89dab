"""`python -m web` is `yizhan`, for a checkout that was not installed."""

from web.cli import main

main()
