"""The reader's side: pages without scripts, made anew for each request from the store and the signed link."""
