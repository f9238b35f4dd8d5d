"""The judge: measures each document and decides what may be published. It never calls a cleaner."""
