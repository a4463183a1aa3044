"""How the processes are put together: settings, logs, the engine's client contract, embedded servers, command line."""
