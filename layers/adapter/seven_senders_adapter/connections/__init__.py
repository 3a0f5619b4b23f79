"""The settings of each connected shop, in two documents: for receiving and for syncing."""
