"""What is asked of GitHub, in GraphQL: the fragments for threads and for what stands around them.

Connections stand two levels deep and no deeper: a third is charged for each of a page's hundred times a hundred.
"""

ACTOR = "{ __typename login }"
_PAGE_BACK = "pageInfo { hasPreviousPage startCursor }"
_PAGE_ON = "pageInfo { hasNextPage endCursor }"

TRIAGE_EVENTS = {
    "LabeledEvent": "labelled",
    "UnlabeledEvent": "unlabelled",
    "AssignedEvent": "assigned",
    "UnassignedEvent": "unassigned",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "TransferredEvent": "transferred",
    "MilestonedEvent": "milestoned",
    "DemilestonedEvent": "demilestoned",
}
"""GitHub's names of a timeline's events, and ours of the acts that they are."""


def item_type(event: str) -> str:
    """Return the name of an event in the list of types.

    Examples
    --------
    >>> item_type("CrossReferencedEvent")
    'CROSS_REFERENCED_EVENT'
    """
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in event).strip("_").upper()


_TRIAGE_TYPES = ", ".join(item_type(event) for event in TRIAGE_EVENTS)
_TRIAGE = " ".join(f"... on {event} {{ createdAt actor {ACTOR} }}" for event in TRIAGE_EVENTS)
_SOURCE = "id number title updatedAt repository { nameWithOwner isPrivate }"
_CROSS = (
    f"... on CrossReferencedEvent {{ createdAt actor {ACTOR} source {{ __typename "
    f"... on Issue {{ {_SOURCE} }} ... on PullRequest {{ {_SOURCE} }} }} }}"
)
_COMMENT = f"id url body createdAt author {ACTOR}"

# Each connection as it is asked for first, and how its nodes look; further pages go backwards from there.
NODES = {
    "comments": _COMMENT,
    "reviews": f"id url state body createdAt submittedAt author {ACTOR} comments {{ totalCount }}",
    "timelineItems": f"__typename ... on Node {{ id }} {_CROSS} {_TRIAGE}",
    "discussionComments": f"{_COMMENT} replies {{ totalCount }}",
}
_ARGUMENTS = {"timelineItems": f", itemTypes: [CROSS_REFERENCED_EVENT, {_TRIAGE_TYPES}]"}


def connection(name: str, last: int, before: str = "") -> str:
    """Return one connection of a thread: its last items, or those before a cursor (as GraphQL writes it)."""
    cursor = f", before: {before}" if before else ""
    field = name.replace("discussionComments", "comments")
    return f"{field}(last: {last}{cursor}{_ARGUMENTS.get(name, '')}) {{ {_PAGE_BACK} nodes {{ {NODES[name]} }} }}"


def triage_count(since: str) -> str:
    """Return the connection that counts what was labelled, assigned, closed and the like since a moment."""
    return f'timelineItems(since: "{since}", itemTypes: [{_TRIAGE_TYPES}]) {{ totalCount }}'


_ABOUT = f"""id number url title body createdAt updatedAt author {ACTOR} authorAssociation
  repository {{ id nameWithOwner isPrivate }} labels(first: 20) {{ totalCount nodes {{ name }} }}"""
_OWN = f"{_ABOUT} {connection('comments', 50)}"
_TRIAGED = f"__typename id updatedAt timelineItems(last: 30, itemTypes: [{_TRIAGE_TYPES}]) {{ nodes {{ {_TRIAGE} }} }}"
_RELEASES = (
    f"""{_PAGE_ON} nodes {{ id tagName name description url createdAt publishedAt isDraft author {{ login }} }}"""
)
_NEED = f"""number url title createdAt updatedAt author {ACTOR} authorAssociation
  repository {{ nameWithOwner isPrivate }}"""

FRAGMENTS = {
    "Issue": f"""fragment Issue on Issue {{ {_ABOUT} state closedAt
  {connection("comments", 50)} {connection("timelineItems", 50)} }}""",
    "Pull": f"""fragment Pull on PullRequest {{ {_ABOUT} state closedAt mergedAt mergedBy {ACTOR} additions deletions
  files(first: 100) {{ totalCount nodes {{ path }} }}
  closingIssuesReferences(first: 10) {{ totalCount nodes {{ number repository {{ nameWithOwner }} }} }}
  {connection("comments", 50)} {connection("reviews", 30)} {connection("timelineItems", 50)} }}""",
    "Discussion": f"""fragment Discussion on Discussion {{ {_ABOUT}
  {connection("discussionComments", 50)} }}""",
    "TriageIssue": f"fragment TriageIssue on Issue {{ {_TRIAGED} }}",
    "TriagePull": f"fragment TriagePull on PullRequest {{ {_TRIAGED} }}",
    "Replies": f"""fragment Replies on DiscussionComment {{
  replies(last: 100) {{ {_PAGE_BACK} nodes {{ {_COMMENT} }} }} }}""",
    "OwnIssue": f"fragment OwnIssue on Issue {{ {_OWN} }}",
    "OwnPull": f"fragment OwnPull on PullRequest {{ {_OWN} }}",
    "NeedPull": f"""fragment NeedPull on PullRequest {{ {_NEED} isDraft additions deletions mergeable reviewDecision
  totalCommentsCount statusCheckRollup {{ state }} labels(first: 20) {{ nodes {{ name }} }} }}""",
    "NeedIssue": f"""fragment NeedIssue on Issue {{ {_NEED}
  comments(last: 30) {{ totalCount nodes {{ authorAssociation }} }} }}""",
    "Home": """fragment Home on Repository { nameWithOwner isPrivate url
  latestRelease { tagName name url publishedAt }
  defaultBranchRef { name target { ... on Commit { statusCheckRollup { state } } } } }""",
    "Repository": f"""fragment Repository on Repository {{ id nameWithOwner isPrivate isFork createdAt
  releases(first: 10, orderBy: {{field: CREATED_AT, direction: DESC}}) {{ {_RELEASES} }} }}""",
}


def releases_after(cursor: str) -> str:
    """Return the connection of a repository's releases behind a cursor (as GraphQL writes it)."""
    return f"releases(first: 100, after: {cursor}, orderBy: {{field: CREATED_AT, direction: DESC}}) {{ {_RELEASES} }}"
