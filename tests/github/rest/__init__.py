"""The REST interface, as far as ghapi, github-activity and github-to-sqlite ask for it."""
