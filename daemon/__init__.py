"""The shell: clock, store, reconcile, tick, dispatch, service and command line."""
