#!/bin/sh
# Runs one step of a set-up, says what it does, counts the packages pip gets, and says how long it took.
# Usage: step.sh WORDS COMMAND...
set -u
words=$1
shift
echo "→ $words"
began=$(date +%s)
{ "$@" 2>&1; echo "step ended with $?"; } | awk '
	/^step ended with / { status = $4; next }
	/^(Collecting|Requirement already satisfied)/ { if (++got % 10 == 0) { print "    " got " packages"; fflush() } next }
	/^ *(Looking in|Using cached|Downloading|Obtaining|Preparing|Installing build|Checking if|Getting requirements|Building|Created|Stored|Using cached)/ { next }
	/^Installing collected packages/ { if (got) print "    installing " got " packages"; fflush(); next }
	/^Successfully / || /^$/ { next }
	{ print "    " $0; fflush() }
	END { exit status }'
status=$?
took=$(($(date +%s) - began))
test $status -eq 0 && echo "  $took s" || echo "  failed after $took s" >&2
exit $status
