"""contribkit.toml: what it says when it is right, and where it is wrong when it is not."""

from datetime import date
from pathlib import Path

import pytest

from contribkit.config.organisation import Organisation
from contribkit.config.patterns import matches
from contribkit.config.toml import line_of
from contribkit.errors import ContribkitError
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation, references

FILE = HEAD + TEAM + UPSTREAM


def failing(folder: Path, text: str) -> list[str]:
    """Return what is wrong, one sentence a mistake, without the folder."""
    with pytest.raises(ContribkitError) as caught:
        organisation(folder, text)
    return str(caught.value).replace(f"{folder}/contribkit.toml", "toml").split("\n")


def line(text: str, needle: str) -> int:
    """Return the line on which a text stands for the last time."""
    return max(number for number, words in enumerate(text.split("\n"), start=1) if needle in words)


# The file as a whole.


def test_a_small_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    org = organisation(tmp_path)
    assert (org.name, org.timezone, org.scope, org.sample, org.own) == ("Test", "UTC", "upstream", False, [])
    assert org.root == tmp_path
    assert list(org.members) == ["ada", "bob"]
    assert [org.word(lead) for lead in ("stakeholder", "unclear")] == ["stakeholder-led", "unclear"]


def test_the_organisation_has_words_of_its_own(tmp_path: Path) -> None:
    org = organisation(tmp_path, HEAD + '[organisation.names]\nupstream = "Foundational"\n' + TEAM)
    assert (org.word("upstream"), org.word("individual")) == ("Foundational", "individual-led")


def test_the_real_file_is_read(realset: Path) -> None:
    org = Organisation.read(realset / "contribkit.toml")
    assert (org.name, len(org.members), len(org.upstream), len(org.initiatives), len(org.goals)) == (
        "2i2c",
        14,
        17,
        2,
        4,
    )
    assert org.team().slug == "product-and-services"
    assert org.word("stakeholder") == "Directed"


def test_a_file_that_is_not_there_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(
        ContribkitError, match=r"none.toml: cannot be read \(No such file.*; name the file with --config"
    ):
        Organisation.read(tmp_path / "none.toml")


def test_a_file_that_is_not_utf_8_says_at_which_byte(tmp_path: Path) -> None:
    (tmp_path / "contribkit.toml").write_bytes(b'[organisation]\nname = "Caf\xe9"\n')
    with pytest.raises(ContribkitError, match=r"is not UTF-8 \(byte 26\)"):
        Organisation.read(tmp_path / "contribkit.toml")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("[[goals]\n", "(at line 13, column 8)"),
        ("name\n", "Expected '=' after a key in a key/value pair (at line 13, column 5)"),
        ('name = "Up\n', "(at line 13, column 11)"),
        ("[organisation]\n", "Cannot declare ('organisation',) twice (at line 13, column 14)"),
    ],
)
def test_broken_toml_is_told_with_its_line(tmp_path: Path, broken: str, said: str) -> None:
    (sentence,) = failing(tmp_path, FILE + broken)
    assert sentence.startswith("toml: is not TOML: ")
    assert sentence.endswith(said)


# Unknown keys: the nearest known one, and the line on which the wrong one stands.


@pytest.mark.parametrize(
    ("text", "wrong", "said"),
    [
        (HEAD + 'timezon = "UTC"\n' + TEAM, "timezon", 'unknown key "organisation.timezon"; did you mean "timezone"?'),
        (FILE + "[polcy]\n", "polcy", 'unknown key "polcy"; did you mean "policy"?'),
        (HEAD + TEAM + 'nmae = "B"\n' + UPSTREAM, "nmae", 'unknown key "teams.members.nmae"; did you mean "name"?'),
        (HEAD + TEAM + "form = 2026-01-01\n", "form", 'unknown key "teams.members.form"; did you mean "from"?'),
        (FILE + "[policy]\nshare = 1\n", "share", 'unknown key "policy.share"; known: upstream_share'),
        (FILE + "[signals]\n\n# x\nzzz = []\n", "zzz",
         'unknown key "signals.zzz"; known: tickets, planned_labels, stakeholder_labels, stakeholder_trackers'),
        (FILE + '[[goals]]\nname = "g"\n[[goals]]\nname = "h"\nrefs = [\n  "o/r#1",\n]\ntarge = 3\n', "targe =",
         'unknown key "goals.targe"; did you mean "target"?'),
        (HEAD + '[[teams]]\nname = "x"\nmembers = [{login = "ada", alias = []}]\n', "alias",
         'unknown key "teams.members.alias"; did you mean "aliases"?'),
        ((FILE + "[polcy]\n").replace("\n", "\r\n"), "polcy", 'unknown key "polcy"; did you mean "policy"?'),
    ],
)  # fmt: skip
def test_an_unknown_key_names_the_nearest_and_its_line(tmp_path: Path, text: str, wrong: str, said: str) -> None:
    assert failing(tmp_path, text) == [f"toml:{line(text, wrong)}: {said}"]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = FILE + "kye = true\n[policy]\nupstream_share = 2\n"
    first, second = failing(tmp_path, text)
    assert first == 'toml:13: unknown key "upstream.kye"; did you mean "key"?'
    assert second == "toml:15: policy.upstream_share: must be at most 1.0"


@pytest.mark.parametrize("key", ['"nmae"', "names.stakehoder"])
def test_a_quoted_or_dotted_key_has_its_line_too(tmp_path: Path, key: str) -> None:
    (sentence,) = failing(tmp_path, f'{HEAD}\n{key} = "x"\n{TEAM}')
    assert sentence.startswith("toml:4: ")


def test_tables_in_arrays_are_counted_one_by_one() -> None:
    text = "\n".join(["[[a]]", "[[a.b]]", "x = 1", "[[a.b]]", "x = 2", "[[a]]", "[[a.b]]", "x = 3", "[a.c]", "x = 4"])
    places = [("a", 0, "b", 0, "x"), ("a", 0, "b", 1, "x"), ("a", 1, "b", 0, "x"), ("a", 1, "c", "x")]
    assert [line_of(text, place) for place in places] == [3, 5, 8, 10]
    assert line_of(text, ("a", 1, "b", 0, "missing")) == 7
    assert line_of(text, ()) == 1


# Wrong types and values.


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD.replace('"Test"', "3") + TEAM, "toml:2: organisation.name: must be text in quotation marks"),
        (HEAD.replace("Test", " ") + TEAM, "toml:2: organisation.name: must be one line of text, and not empty"),
        (HEAD + 'own = "o"\n' + TEAM, "toml:3: organisation.own: must be a list in brackets"),
        (HEAD + 'own = ["o/r"]\n' + TEAM, 'toml:3: organisation.own: "o/r" is not a valid name on GitHub'),
        (TEAM, 'toml:1: "organisation" is missing'),
        (HEAD, 'toml:1: "teams" is missing'),
        (HEAD + '[[teams]]\nname = "x"\n', 'toml:3: "teams.members" is missing'),
        (HEAD + TEAM + "from = 1\n", "toml:10: teams.members.from: "),
        (HEAD + TEAM + 'from = "soon"\n', 'toml:10: teams.members.from: invalid day "soon"; write one like 2026-07-01'),
        (HEAD + TEAM + 'from = 0\n', "toml:10: teams.members.from: must be a day like 2026-07-01"),
        (HEAD + TEAM + "from = 2026-01-02\nto = 2026-01-01\n", "to = 2026-01-01 is before from = 2026-01-02"),
        (HEAD + TEAM + "capacity = 1.5\n", "toml:10: teams.members.capacity: must be at most 1.0"),
        (HEAD + TEAM + 'away = ["last month"]\n', 'invalid span of days "last month"; write one like 2026-08-01..2026'),
        (HEAD + TEAM + 'away = ["2026-08-31..2026-08-01"]\n', "invalid span of days"),
        (HEAD + TEAM + '[[teams.members]]\nlogin = "Ada Lovelace"\n', '"Ada Lovelace" is not a valid name on GitHub'),
        (HEAD + TEAM + '[[upstream]]\nname = "Up"\n', 'needs orgs = ["…"] or repos = ["owner/name"]'),
        (HEAD + TEAM + '[[upstream]]\nname = "Up"\nrepos = ["o"]\n', '"o" is not a valid name on GitHub'),
        (FILE + '[[stakeholders]]\nname = "S"\nkind = "freind"\n', "toml:15: stakeholders.kind: "),
        (FILE + '[[goals]]\nname = "g"\ntarget = 0\n', "toml:15: goals.target: "),
        (FILE + '[[goals]]\nname = "g"\nactivities = ["reviw"]\n',
         'toml:15: goals.activities: unknown activity "reviw"; did you mean "review"?'),
        (FILE + '[needs]\nred = "much"\n', "toml:14: needs.red: must be a number"),
        (FILE + "[needs]\nnewcomr = 1\n", 'toml:14: unknown key "needs.newcomr"; did you mean "newcomer"?'),
        (FILE + "[needs]\nred = inf\n", "toml:14: needs.red: must be a number"),
        (FILE + "[needs]\nred = nan\n", "toml:14: needs.red: must be a number"),
        (FILE + '[initiatives]\nname = "i"\n', "toml:13: initiatives: must be in double brackets: [[initiatives]]"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_key_and_line(tmp_path: Path, text: str, said: str) -> None:
    assert said in " ".join(failing(tmp_path, text))


@pytest.mark.parametrize("zone", ["Europe/Berln", "", "Europe", "../../etc/passwd", "CEST"])
def test_a_bad_time_zone_is_refused(tmp_path: Path, zone: str) -> None:
    (sentence,) = failing(tmp_path, f'{HEAD}timezone = "{zone}"\n{TEAM}')
    assert sentence == f'toml:3: organisation.timezone: unknown time zone "{zone}"; write one like "Europe/Berlin"'


# Names that must agree with one another.

TWICE = FILE + TEAM.replace("One", "one")
UNKNOWN = FILE + '[[stakeholders]]\nname = "EarthScope"\n[[initiatives]]\nname = "I"\nstakeholder = "EarthScop"\n'


def test_two_teams_of_one_name_are_refused(tmp_path: Path) -> None:
    assert 'duplicate team slug "one"' in failing(tmp_path, TWICE)[0]


@pytest.mark.parametrize(
    "table", ['[[stakeholders]]\nname = "S"\n', '[[initiatives]]\nname = "I"\n', '[[goals]]\nname = "G"\n', UPSTREAM]
)
def test_a_duplicate_name_is_refused(tmp_path: Path, table: str) -> None:
    assert "duplicate" in failing(tmp_path, HEAD + TEAM + table + table)[0]


def test_one_login_with_two_names_is_refused(tmp_path: Path) -> None:
    members = '[[teams.members]]\nlogin = "ada"\nname = "Ada"\n[[teams.members]]\nlogin = "ADA"\nname = "Bob"\n'
    assert '"ADA" has two names, "Ada" and "Bob"' in failing(tmp_path, HEAD + '[[teams]]\nname = "T"\n' + members)[0]


def test_aliases_are_read_without_needless_blanks_and_empty_ones_are_refused(tmp_path: Path) -> None:
    table = '[[stakeholders]]\nname = "S"\naliases = ["{}"]\n'
    path = tmp_path / "contribkit.toml"
    path.write_text(FILE + table.format(" Geo\u00a0 Lab "), encoding="utf-8")
    assert Organisation.read(path).stakeholders[0].aliases == ["Geo Lab"]
    said = failing(tmp_path, FILE + table.format(" "))[0]
    assert "toml:15: stakeholders.aliases: must be one line of text, and not empty" in said


def test_an_initiative_for_an_unknown_stakeholder_names_the_nearest(tmp_path: Path) -> None:
    assert 'unknown stakeholder "EarthScop"; did you mean "EarthScope"?' in failing(tmp_path, UNKNOWN)[0]


def test_a_goal_in_an_unknown_project_names_the_known(tmp_path: Path) -> None:
    assert (
        'unknown upstream "JH"; known: Up' in failing(tmp_path, FILE + '[[goals]]\nname = "g"\nupstream = ["JH"]\n')[0]
    )


@pytest.mark.parametrize(("text", "number"), [(TWICE, 13), (UNKNOWN, 17)])
def test_names_that_do_not_agree_are_told_with_their_line(tmp_path: Path, text: str, number: int) -> None:
    assert failing(tmp_path, text)[0].startswith(f"toml:{number}")


@pytest.mark.parametrize(
    "text",
    [
        FILE + TEAM.replace('"One"', '"One"\nslug = "two"'),
        HEAD + TEAM + '[[teams.members]]\nlogin = "carl"\naliases = ["ADA"]\n',
        HEAD + TEAM + '[[teams.members]]\nlogin = "carl"\naliases = ["Bobby"]\n',
        HEAD + TEAM + "from = 0\n",
        HEAD + TEAM + "from_ = 2026-01-01\n",
        HEAD + TEAM + "capacity = true\n",
    ],
    ids=["same name, other slug", "alias is a login", "alias of two", "1970", "from_", "capacity"],
)
def test_what_could_mean_two_things_is_refused(tmp_path: Path, text: str) -> None:
    assert failing(tmp_path, text)


# Teams.

TWO = FILE + '[[teams]]\nname = "Products & Sérvices!"\n[[teams.members]]\nlogin = "Ada"\nfrom = 2026-07-01\n'


def test_a_team_is_found_by_slug_or_name_in_any_case(tmp_path: Path) -> None:
    org = organisation(tmp_path, TWO)
    assert [org.team(name).slug for name in ("ONE", "products-s-rvices", "products & sérvices!")] == [
        "one",
        "products-s-rvices",
        "products-s-rvices",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "there are 2 teams; name one of: one, products-s-rvices"),
        ("onne", 'no team is called "onne"; did you mean "one"?; teams: one, products-s-rvices'),
        ("zzz", 'no team is called "zzz"; teams: one, products-s-rvices'),
    ],
)
def test_a_team_that_is_not_there_says_which_are(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ContribkitError) as caught:
        organisation(tmp_path, TWO).team(name)
    assert str(caught.value) == said


def test_the_only_team_needs_no_name_and_one_without_letters_has_a_slug(tmp_path: Path) -> None:
    assert organisation(tmp_path, HEAD + TEAM.replace("One", "製品")).team().slug == "team"


# People.


def test_a_person_is_found_by_login_or_alias_in_any_case(tmp_path: Path) -> None:
    org = organisation(tmp_path, HEAD + TEAM.replace("bobby", "Bob-Old"))
    assert [org.member(login) for login in ("BOB", "bob-OLD", "Ada", "carl", "", None)] == [
        "bob", "bob", "ada", None, None, None,
    ]  # fmt: skip
    assert [org.canonical(login) for login in ("BOB-old", "Carl", None)] == ["bob", "Carl", None]


def test_a_person_in_two_teams_is_one_and_belongs_on_the_days_of_either(tmp_path: Path) -> None:
    early = FILE.replace('login = "ada"', 'login = "ada"\nto = 2026-03-31\naliases = ["lovelace"]')
    org = organisation(tmp_path, TWO.replace(FILE, early))
    assert list(org.members) == ["ada", "bob"]
    assert [member.login.casefold() for member in org.everybody].count("ada") == 2
    assert org.member("Lovelace") == org.member("ADA") == "ada"
    wanted = {date(2026, 3, 31): True, date(2026, 4, 1): False, date(2026, 6, 30): False, date(2026, 7, 1): True}
    assert {day: org.is_member_on("ADA", day) for day in wanted} == wanted
    assert not org.is_member_on("carl", date(2026, 7, 1))


def test_a_name_finds_its_one_bearer_only(tmp_path: Path) -> None:
    text = HEAD + '[[teams]]\nname = "T"\nmembers = [\n{login = "ada", name = "Ada L"},\n'
    text += '{login = "bo1", name = "Bo"}, {login = "bo2", name = "BO", aliases = ["Bo Berg"]},\n]\n'
    org = organisation(tmp_path, text)
    assert [org.member_by_name(name) for name in ("ada l", "Bo", "bo berg", "bo1")] == ["ada", None, "bo2", "bo1"]


def test_bots_are_told_by_pattern_and_members_are_never_bots(tmp_path: Path) -> None:
    org = organisation(tmp_path, f'{HEAD}bots = ["our-robot", "ada"]\n{TEAM}')
    bots = ["Dependabot[bot]", "OUR-ROBOT", "pre-commit-ci", "jupyterhub-bot", "github-actions[bot]"]
    assert all(org.is_bot(login) for login in bots)
    assert not any(org.is_bot(login) for login in ("ada", "our-robots", "robot", "abbot", "bot", "", None))


@pytest.mark.parametrize(
    ("patterns", "text", "fits"),
    [
        (["*[bot]"], "x[BOT]", True),
        (["*[bot]"], "b", False),  # no class of characters
        (["a.c"], "abc", False),
        (["a?c"], "abc", True),
        ([], "", False),
        (["a*", "*z"], "xyz", True),
        (["*" * 40 + "x"], "a" * 5_000, False),
    ],
)
def test_a_pattern_means_what_it_says(patterns: list[str], text: str, fits: bool) -> None:
    assert matches(patterns, text) is fits


# What is own, and what is upstream.

PLACES = f"""{HEAD}own = ["Own-Org"]
{TEAM}[[upstream]]
name = "Hub"
orgs = ["JupyterHub", "own-org"]
[[upstream]]
name = "Spawner"
repos = ["jupyterhub/KubeSpawner", "else/where", "own-org/tool"]
[[stakeholders]]
name = "Earth"
orgs = ["earth-org", "JupyterHub"]
repos = ["earth/model", "jupyterhub/earth-fork"]
trackers = ["stake/earth-*"]
[signals]
stakeholder_trackers = ["their/hub"]
[[initiatives]]
name = "I"
refs = ["Some/Plan#3"]
[[goals]]
name = "G"
refs = ["some/plan#4"]
"""


@pytest.mark.parametrize(
    ("repo", "project"),
    [
        ("jupyterhub/binderhub", "Hub"),
        ("JUPYTERHUB/kubespawner", "Spawner"),  # a repository says more than its organisation
        ("else/where", "Spawner"),
        ("else/where-else", None),
        ("own-org/anything", None),  # what the organisation owns is never upstream
        ("OWN-ORG/tool", None),
        ("jupyterhubs/x", None),
        ("", None),
        (None, None),
    ],
)
def test_a_repository_belongs_to_one_project_or_none(tmp_path: Path, repo: str | None, project: str | None) -> None:
    found = organisation(tmp_path, PLACES).upstream_of(repo)
    assert (found.name if found else None) == project


def test_scope_is_upstream_or_everywhere_and_never_the_own(tmp_path: Path) -> None:
    places = ["jupyterhub/x", "else/x", "own-org/x", None]
    everywhere = PLACES.replace("own =", 'scope = "everywhere"\nown =')
    assert [organisation(tmp_path, PLACES).is_in_scope(repo) for repo in places] == [True, False, False, True]
    assert [organisation(tmp_path, everywhere).is_in_scope(repo) for repo in places] == [True, True, False, True]


@pytest.mark.parametrize(
    ("ref", "is_own"),
    [
        ("own-org/x#1", True), ("Own-Org/x@4f2a", True), ("stake/Earth-hub#9", True), ("their/hub#1", True),
        ("some/plan#3", True), ("SOME/plan#4", True), ("some/plan#5", False), ("stake/moon#1", False),
        ("jupyterhub/x#1", False), ("activity_log:1", False), ("earth/model#1", True), ("earth-org/any#1", True),
        ("earth-org/any", True), ("jupyterhub/earth-fork#1", False),
    ],
)  # fmt: skip
def test_the_own_side_is_own_repositories_trackers_and_planned_threads(tmp_path: Path, ref: str, is_own: bool) -> None:
    assert organisation(tmp_path, PLACES).is_own_side(ref) is is_own


def test_a_word_that_two_stakeholders_claim_is_the_first_ones(tmp_path: Path) -> None:
    both = '[[stakeholders]]\nname = "A"\naliases = ["hub"]\n[[stakeholders]]\nname = "B"\naliases = ["hub", "b"]\n'
    words = organisation(tmp_path, FILE + both).stakeholder_by_word
    assert {word: stakeholder.name for word, stakeholder in words.items()} == {"A": "A", "hub": "A", "B": "B", "b": "B"}


# Paths.


def test_paths_are_relative_to_the_file_each_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b/2.jsonl", "b/1.jsonl", "a.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    org = organisation(tmp_path)
    found = org.paths(["b/*.jsonl", "a.jsonl", "*.jsonl", str(tmp_path / "b" / "1*"), "none-*", "none.jsonl"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["b/1.jsonl", "b/2.jsonl", "a.jsonl", "none.jsonl"]


def test_a_day_in_quotation_marks_is_the_day_it_is(tmp_path: Path) -> None:
    (tmp_path / "contribkit.toml").write_text(HEAD + TEAM + 'from = "2026-07-01"\n')
    org = Organisation.read(tmp_path / "contribkit.toml")
    assert str(org.teams[0].members[-1].from_) == "2026-07-01"


# Values that no calendar, TOML reader or file system can take.


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", '"9999-12-31"'])
def test_a_day_too_far_away_is_refused(tmp_path: Path, day: str) -> None:
    assert "is not between 1900 and 9000; leave out a day" in failing(tmp_path, HEAD + TEAM + f"to = {day}\n")[0]


@pytest.mark.parametrize(
    ("value", "said"), [("1" * 5_000, "is not TOML: "), ("[" * 30_000, "is not TOML: nested too deep")]
)
def test_what_toml_readers_give_up_on_is_one_sentence(tmp_path: Path, value: str, said: str) -> None:
    (sentence,) = failing(tmp_path, f"{FILE}[sources.records]\ncontributions = {value}\n")
    assert said in sentence


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("~nosuchuser/*", "names an unknown user"),
        ("~nosuchuser/x", "names an unknown user"),
        ("c\0*", "null character"),
    ],
)
def test_a_path_that_cannot_be_one_is_an_error(tmp_path: Path, pattern: str, said: str) -> None:
    with pytest.raises(ContribkitError, match=said):
        organisation(tmp_path).paths([pattern])


def test_two_stars_are_folders_at_any_depth_and_stars_inside_a_name_are_one(tmp_path: Path) -> None:
    for name in ("a/b/c/1.jsonl", "a/2.jsonl", "3.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    org = organisation(tmp_path)
    assert [path.name for path in org.paths(["**/*.jsonl"])] == ["3.jsonl", "2.jsonl", "1.jsonl"]
    assert [path.name for path in org.paths(["**.jsonl"])] == ["3.jsonl"]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may read what chmod closes
    with pytest.raises(ContribkitError, match=r"closed: cannot be read \(Permission denied\)"):
        organisation(tmp_path).paths(["closed/*.jsonl"])


def test_white_space_of_web_pages_in_names_is_one_blank(tmp_path: Path) -> None:
    table = '[[stakeholders]]\nname = "Earth\u00a0 Scope"\naliases = ["Geo  Lab "]\n'
    (tmp_path / "contribkit.toml").write_text(FILE + table, encoding="utf-8")
    assert list(Organisation.read(tmp_path / "contribkit.toml").stakeholder_by_word) == ["Earth Scope", "Geo Lab"]


def test_a_goal_of_another_time_may_have_the_same_name(tmp_path: Path) -> None:
    goals = '[[goals]]\nname = "G"\nto = 2026-03-31\n[[goals]]\nname = "G"\nfrom = 2026-04-01\n'
    assert len(organisation(tmp_path, FILE + goals).goals) == 2
    assert 'duplicate goal "G" on the same days' in failing(tmp_path, FILE + goals.replace("04-01", "03-31"))[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + '[[teams]]\nname = "x"\nmembers = ["ada"]\n', "teams.members: must be a table, with keys"),
        (HEAD + "own = [1]\n" + TEAM, "organisation.own: must be text in quotation marks"),
        (
            FILE + '[[stakeholders]]\nname = "S"\nkind = "freind"\n',
            "must be 'member', 'client', 'collaborator' or 'grant'",
        ),
    ],
)
def test_a_wrong_type_is_told_in_plain_words(tmp_path: Path, text: str, said: str) -> None:
    assert said in failing(tmp_path, text)[0]


def test_a_long_value_is_cut_and_one_of_two_lines_stays_on_one(tmp_path: Path) -> None:
    (sentence,) = failing(tmp_path, f'{HEAD}own = ["{"x/" * 5_000}"]\n{TEAM}')
    assert len(sentence) < 400
    (sentence,) = failing(tmp_path, f'{HEAD}own = ["a\\nb"]\n{TEAM}')
    assert '"a b" is not a valid name' in sentence


def test_the_owner_of_a_repository_is_the_first_stakeholder_who_has_it(tmp_path: Path) -> None:
    org = organisation(
        tmp_path, PLACES + '[[stakeholders]]\nname = "Moon"\norgs = ["stake", "jupyterhub"]\nrepos = ["a/B"]\n'
    )
    repos = ["stake/earth-1", "STAKE/x", "A/b", "jupyterhub/x", "their/hub", "x/y"]
    owners = [org.owner_of(repo) for repo in repos]
    assert [owner and owner.name for owner in owners] == ["Earth", "Moon", "Moon", None, None, None]


# Initiatives that are issues.

ROADMAP = '[[stakeholders]]\nname = "Reef"\naliases = ["ReefLab"]\n[[initiatives]]\nfrom_issues = "own/plans"\n'


def test_each_issue_of_a_repository_is_an_initiative(tmp_path: Path) -> None:
    org = organisation(tmp_path, FILE + ROADMAP + 'label = "roadmap"\n')
    issue = {"kind": "issue", "source": "Own/plans", "id": "1", "title": "Quotas for ReefLab", "labels": ["Roadmap"]}
    rows = [issue, issue | {"ref": "o/r#2"}, issue | {"id": "2", "labels": []}, issue | {"source": "own/other"}]
    rows.append(issue | {"id": "own/plans#3", "title": "Quotas", "labels": ["roadmap", "for: Reef"]})
    found = org.with_issues(references(*rows)).initiatives
    assert [(one.name, one.refs, one.stakeholder) for one in found] == [
        ("Quotas for ReefLab", ["Own/plans#1"], "Reef"),
        ("Quotas", ["own/plans#3"], "Reef"),
    ]


def test_a_milestone_picks_issues_and_the_title_or_a_field_of_the_form_names_the_stakeholder(tmp_path: Path) -> None:
    org = organisation(tmp_path, FILE + ROADMAP + 'milestone = "Autumn"\n')
    issue = {"kind": "issue", "source": "own/plans", "id": "1", "title": "[Reef] Quotas", "milestone": "autumn"}
    rows = [issue, issue | {"id": "2", "milestone": None}, issue | {"id": "3", "milestone": "Winter"}]
    form = ["What: an idea of Cove", "Community: ReefLab"]
    rows += [
        issue | {"id": "4", "title": "Disks", "form": form},
        issue | {"id": "5", "title": "Disk", "form": form[:1]},
    ]
    assert [(one.name, one.stakeholder) for one in org.with_issues(references(*rows)).initiatives] == [
        ("[Reef] Quotas", "Reef"), ("Disks", "Reef"), ("Disk", None),
    ]  # fmt: skip


def test_an_issue_picks_its_sub_issues_at_every_depth_and_in_every_repository(tmp_path: Path) -> None:
    org = organisation(tmp_path, FILE + ROADMAP.replace("own/plans", "own/plans#7"))
    issue = {"kind": "issue", "source": "own/plans", "id": "1", "title": "Quotas for ReefLab"}
    rows = [
        issue | {"parents": ["Own/plans#7"]},
        issue | {"source": "own/other", "title": "Disks", "parents": ["own/plans#1", "own/plans#7"]},
        issue | {"id": "7", "title": "All of it"},
        issue | {"id": "2", "title": "Else", "parents": ["own/plans#70"]},
    ]
    found = org.with_issues(references(*rows)).initiatives
    assert [(one.name, one.refs) for one in found] == [
        ("Disks", ["own/other#1"]),
        ("Quotas for ReefLab", ["own/plans#1"]),
    ]


def test_a_goal_is_planned_in_the_issues_that_it_picks(tmp_path: Path) -> None:
    goal = '[[goals]]\nname = "Care"\nrefs = ["own/plans#9"]\nfrom_issues = "own/plans"\nlabel = "upstream"\n'
    issue = {"kind": "issue", "source": "own/plans", "id": "1", "title": "Triage", "labels": ["Upstream"]}
    org = organisation(tmp_path, FILE + goal).with_issues(references(issue, issue | {"id": "2", "labels": []}))
    assert [(one.name, one.refs) for one in org.goals] == [("Care", ["own/plans#9", "own/plans#1"])]


def test_an_organisation_without_such_initiatives_stays_as_it_is(tmp_path: Path) -> None:
    org = organisation(tmp_path)
    assert org.with_issues(references({"kind": "issue"})) is org


def test_a_label_needs_the_repository_whose_issues_it_picks(tmp_path: Path) -> None:
    text = FILE + '[[initiatives]]\nname = "Quotas"\nlabel = "roadmap"\n'
    assert "label says which issues of from_issues count" in failing(tmp_path, text)[0]
    text = FILE + '[[goals]]\nname = "Quotas"\nmilestone = "Autumn"\n'
    assert "milestone says which issues of from_issues count" in failing(tmp_path, text)[0]


def test_names_elsewhere_belong_to_one_person_and_one_place(tmp_path: Path) -> None:
    text = FILE.replace('login = "ada"', 'login = "ada"\nnames = { zulip = "Ada L", email = ["ada@example.org"] }', 1)
    org = organisation(tmp_path, text)
    assert (org.member_named("zulip", "ADA L"), org.member_named("email", "ada@example.org")) == ("ada", "ada")
    assert org.member_named("discourse", "ada") is None
    again = text + '[[teams.members]]\nlogin = "carl"\nnames = { zulip = "ada l" }\n'
    assert "(zulip) is also ada's; remove it from one of them" in failing(tmp_path, again)[0]


def test_a_key_of_names_is_a_kind_of_place_or_a_host(tmp_path: Path) -> None:
    text = FILE.replace(
        'login = "ada"', 'login = "ada"\nnames = { "chat.example.org:8443" = "Ada L", discorse = "a" }', 1
    )
    (said,) = failing(tmp_path, text)
    assert 'unknown kind of name "discorse"; did you mean "discourse"?, or a host' in said
    org = organisation(tmp_path, text.replace("discorse", "discourse"))
    assert (org.member_named("chat.example.org:8443", "ada l"), org.member_named("zulip", "ada l")) == ("ada", None)


def test_projects_elsewhere_are_named_by_their_places(tmp_path: Path) -> None:
    places = 'places = ["gitlab:gl.example.org/Group", "discourse:f.example.org/c/slug/5", "zulip:c.example.org/a b"]'
    org = organisation(tmp_path, FILE + f'[[upstream]]\nname = "Elsewhere"\n{places}\n')
    inside = ["gl.example.org/group/sub/project", "gl.example.org/group", "f.example.org/c/5", "c.example.org/a%20b"]
    outside = [
        "gl.example.org/groups/project",
        "gl.example.org",
        "f.example.org",
        "f.example.org/c/55",
        "c.example.org",
    ]
    assert {getattr(org.upstream_of(place), "name", None) for place in inside} == {"Elsewhere"}
    assert not any(map(org.is_in_scope, outside))
    wrong = FILE + '[[upstream]]\nname = "Elsewhere"\nplaces = ["discorse:f.example.org"]\n'
    assert (
        'unknown kind of place "discorse" in "discorse:f.example.org"; did you mean "discourse"?'
        in (failing(tmp_path, wrong)[0])
    )
