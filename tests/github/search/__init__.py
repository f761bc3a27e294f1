"""GitHub's search for pull requests, issues and discussions."""
