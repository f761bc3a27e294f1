"""`contribkit init --github-org`: what GitHub tells becomes proposals, and what people accept goes into the file."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contribkit.cli import main
from contribkit.config.organisation import Organisation
from contribkit.init import STARTER_CONFIG, start
from contribkit.init.acceptance import accept, new_only
from contribkit.init.github_facts import Facts
from contribkit.init.proposals import Proposal, proposals
from contribkit.loaders import load
from contribkit.loaders.github.settings import DOTCOM
from tests.github.answer import Answer, Call
from tests.github.emulator import Emulator
from tests.github.model import Draft
from tests.github.workload import Workload

ORG = "ferncollective-example"
STARTER = STARTER_CONFIG.read_text(encoding="utf-8")
ADA = Proposal("teams.members", "ada-example", {"login": "ada-example", "from": date(2024, 1, 15)}, "seen", True)
LAMP = Proposal("upstream", "lamp-example", {"name": "lamp-example", "orgs": ["lamp-example"]}, "seen", True)


@pytest.fixture
def github() -> Iterator[Emulator]:
    with Emulator(Workload.small()) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GH_CONFIG_DIR", str(tmp_path / "no-gh"))


def init(folder: Path, github: Emulator, *options: str, answers: str = "", org: str = ORG, token: str = "") -> Result:
    """Run the command as a person with a token would, who types some answers."""
    arguments = ["init", str(folder), "--github-org", org, "--api-url", github.url, *options]
    return CliRunner().invoke(main, arguments, input=answers, env={"GITHUB_TOKEN": token or github.token})


def test_what_is_marked_is_taken_and_a_second_run_proposes_only_the_rest(tmp_path: Path, github: Emulator) -> None:
    first = init(tmp_path / "team", github, "--yes")
    assert first.exit_code == 0, first.output
    org = Organisation.read(tmp_path / "team" / "contribkit.toml")
    assert (org.name, org.own) == (ORG, [ORG])
    assert [(member.login, str(member.from_)) for member in org.everybody] == [("cato-example", "2026-06-11")]
    assert [project.repos for project in org.upstream] == [["wicketlamp-example/lamp-0"]]
    assert org.sources["github"] == {"api_url": github.url}
    infrastructure, plans = f"{ORG}/infrastructure", f"{ORG}/upstream-plans"
    assert [(one.from_issues, one.milestone, len(one.refs)) for one in org.initiatives] == [
        (infrastructure, "Hubs for all", 0),
        (None, None, 3),
    ]
    assert [(one.name, one.from_issues) for one in org.goals] == [(plans, plans)]
    again = init(tmp_path / "team", github, "--yes")
    assert again.exit_code == 0, again.output
    for taken in ("cato-example", "Hubs for all", "Hubs in 2026", f"{plans}: "):
        assert taken in first.stdout
        assert taken not in again.stdout
    assert "ada-example" in again.stdout
    assert "upstream-plans Upstream OKRs 2026" in again.stdout


def test_what_is_taken_is_a_set_up_that_works_before_anything_is_cloned(tmp_path: Path, github: Emulator) -> None:
    init(tmp_path / "team", github, "--yes")
    config, token = str(tmp_path / "team" / "contribkit.toml"), {"GITHUB_TOKEN": github.token}
    told = CliRunner().invoke(main, ["doctor", "--config", config], env=token)
    assert told.exit_code == 0, told.output
    missing = 'no folder matches "clones/*", so that no clone is read beside GitHub'
    assert f"! sources.git: {missing}; run: contribkit clone OWNER/NAME\n" in told.output
    loading = ["load", "--config", config, "--period", "2026-Q3", "--output", str(tmp_path / "loaded")]
    told = CliRunner().invoke(main, loading, env=token)
    assert told.exit_code == 0, told.output
    assert missing in told.stderr
    assert "git knows merged pull requests" not in told.stderr  # of what is not there, nothing else is said


def test_what_is_planned_is_read_from_where_it_was_proposed(
    tmp_path: Path, github: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    init(tmp_path / "team", github, "--yes")
    text = (tmp_path / "team" / "contribkit.toml").read_text(encoding="utf-8").replace('clones = ["clones/*"]', "")
    (tmp_path / "team" / "contribkit.toml").write_text(text.replace("[sources.git]", ""), encoding="utf-8")
    org = Organisation.read(tmp_path / "team" / "contribkit.toml")
    monkeypatch.setenv("GITHUB_TOKEN", github.token)
    planned = org.with_issues(load(org, github.workload.period).references)
    titles = {one.title for one in github.workload.world.own["infrastructure"].threads}
    assert titles & {one.name for one in planned.initiatives}  # those that point upstream
    assert planned.goals[0].refs


def test_projects_that_the_token_may_not_see_are_said_and_the_rest_is_proposed(
    tmp_path: Path, github: Emulator
) -> None:
    told = init(tmp_path / "team", github, "--yes", token=github.scopeless_token)
    assert told.exit_code == 0, told.output
    assert f"Projects of {ORG} are not proposed: GitHub: the token lacks a scope; give it one" in told.stderr
    assert "'read:project'" in told.stderr
    assert "Project" not in told.stdout
    assert "Hubs for all: a milestone of 3 open issues, due on 2099-12-31" in told.stdout


def test_private_and_closed_projects_and_private_issues_are_not_proposed(tmp_path: Path, github: Emulator) -> None:
    told = init(tmp_path / "team", github, "--yes").stdout
    assert "Hubs in 2026 (Project 1): a Project of 3 issues, 3 of them open: https://github.com/orgs/" in told
    assert ("Hiring" in told, "Hubs in 2025" in told, "2026-Q2" in told) == (False, False, False)
    assert "contracts#" not in (tmp_path / "team" / "contribkit.toml").read_text(encoding="utf-8")


def test_a_person_chooses_and_what_they_leave_out_is_not_proposed_again(tmp_path: Path, github: Emulator) -> None:
    config = tmp_path / "team" / "contribkit.toml"
    told = init(tmp_path / "team", github, answers="9\n1, 3\nnone\nnone\nnone\n")
    assert told.exit_code == 0, told.output
    assert "write numbers from 1 to 3" in told.stdout
    assert [member.login for member in Organisation.read(config).everybody] == ["ada-example", "cato-example"]
    before = config.read_text(encoding="utf-8")
    again = init(tmp_path / "team", github)
    assert (again.exit_code, config.read_text(encoding="utf-8")) == (0, before)
    assert "0 of 0 proposals taken" in again.stderr


def test_the_evidence_is_shown_with_its_link_and_its_counts(tmp_path: Path, github: Emulator) -> None:
    told = init(tmp_path / "team", github, "--yes").stdout
    assert f"opened their first thread in {ORG} on 2026-06-11: a private one" in told
    assert "/contracts/" not in told  # a private repository: the evidence may stay in a notebook
    assert "8 threads of 3 people in the last year, in 1 repository; what was merged there last is of 3 people" in told
    assert "of one person: perhaps a project of their own" in told


@pytest.mark.parametrize(
    ("options", "org", "said"),
    [
        ([], "nobody-example", 'GitHub shows no repository of an organisation "nobody-example"; is the name right?'),
        (["--github-team", "night"], ORG, f'GitHub shows no member of the team "night" of {ORG}; name it as'),
    ],
)
def test_what_is_not_there_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, github: Emulator, options: list[str], org: str, said: str
) -> None:
    told = init(tmp_path / "team", github, "--yes", *options, org=org)
    assert (told.exit_code, told.stdout) == (1, "")
    assert said in told.stderr
    assert not (tmp_path / "team").exists()


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (1000, f"{ORG} has more than 100 members; name one of its teams with --github-team"),  # three thousand
        (0, f"GitHub shows no member of {ORG}; a token of a member with the scope read:org sees those who hide it"),
    ],
)
def test_too_many_members_and_none_that_show_themselves_are_one_sentence(
    tmp_path: Path, github: Emulator, times: int, said: str
) -> None:
    github.workload.world.members[:] = github.workload.world.members * times
    told = init(tmp_path / "team", github, "--yes")
    assert (told.exit_code, told.stdout, said in told.stderr) == (1, "", True)
    assert not (tmp_path / "team").exists()


REFUSED = "127.0.0.1 refuses the token (401): it is wrong, or has run out; make a new one and put it into GITHUB_TOKEN"
FORBIDDEN = "127.0.0.1 forbids it (403); give the token the scope it lacks. GitHub says: "


@pytest.mark.parametrize(
    ("trap", "place", "options", "said"),
    [
        ("", "", [], REFUSED),
        ("policy", "", [], f"{FORBIDDEN}Although you appear to have the correct"),
        ("saml", "", [], f"{FORBIDDEN}Resource protected by organization SAML enforcement."),
        ("", f"/orgs/{ORG}/members", [], f"{FORBIDDEN}Must be"),
        ("", f"/orgs/{ORG}/teams/product/members", ["--github-team", "product"], f"{FORBIDDEN}Must be"),
    ],
)
def test_a_token_that_is_refused_or_may_not_see_the_people_is_one_sentence(
    tmp_path: Path, trap: str, place: str, options: list[str], said: str
) -> None:
    def forbid(call: Call, answered: Answer) -> Answer:
        return Answer.of({"message": "Must be a member."}, 403) if call.path == place else answered

    with Emulator(Workload.small(), traps={trap: ORG} if trap else {}, alter=forbid) as github:
        told = init(tmp_path / "team", github, "--yes", *options, token=github.token if trap or place else "expired")
    assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert f"contribkit: {said}" in told.stderr
    assert not (tmp_path / "team").exists()


def test_projects_that_are_forbidden_are_one_sentence_and_the_rest_is_proposed(tmp_path: Path) -> None:
    def forbid(call: Call, answered: Answer) -> Answer:
        if "projectsV2" not in call.query:
            return answered
        said = "Resource not accessible by personal access token"
        error = {"type": "FORBIDDEN", "path": ["f0", "projectsV2"], "message": said}
        return answered.with_value({"data": {"f0": {"login": ORG, "projectsV2": None}}, "errors": [error]})

    with Emulator(Workload.small(), alter=forbid) as github:
        told = init(tmp_path / "team", github, "--yes")
    assert (told.exit_code, "Hubs for all: a milestone" in told.stdout) == (0, True)
    refused = 'GitHub forbids "projectsV2": Resource not accessible by personal access token (1 time); give the token'
    assert f"contribkit: {refused}" in told.stderr


def test_github_that_is_away_is_one_sentence(tmp_path: Path, github: Emulator) -> None:
    arguments = ["init", str(tmp_path / "team"), "--github-org", ORG, "--api-url", "http://127.0.0.1:9"]
    told = CliRunner().invoke(main, arguments, env={"GITHUB_TOKEN": github.token})
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert "127.0.0.1 cannot be reached" in told.stderr


def test_without_a_token_it_says_how_to_get_one_and_goes_on(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["init", str(tmp_path / "team"), "--github-org", ORG])
    assert told.exit_code == 0
    assert "GITHUB_TOKEN" in told.stderr
    assert "contribkit: make a token at https://github.com/settings/tokens: " in told.stderr
    assert (tmp_path / "team" / "contribkit.toml").read_text(encoding="utf-8") == STARTER


@pytest.mark.parametrize("where", ["click.prompt", "contribkit.loaders.github.client.Client.ask"])
def test_ctrl_c_in_the_middle_leaves_nothing(
    tmp_path: Path, github: Emulator, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, stop)
    told = init(tmp_path / "team", github)
    assert (told.exit_code, "stopped; no file is half written" in told.stderr) == (130, True)
    assert not (tmp_path / "team").exists()


def test_what_a_person_wrote_between_two_runs_stays(tmp_path: Path, github: Emulator) -> None:
    config = tmp_path / "team" / "contribkit.toml"
    init(tmp_path / "team", github, "--yes")
    member = '[[teams.members]]\nlogin = "dora-example"  # since spring\n'
    edited = config.read_text(encoding="utf-8").replace("[[upstream]]", f"{member}\n# Ours:\n[[upstream]]", 1)
    config.write_text(edited, encoding="utf-8")
    assert init(tmp_path / "team", github, answers="all\nall\nall\n").exit_code == 0
    after = config.read_text(encoding="utf-8")
    assert [line for line in edited.splitlines() if line not in after.splitlines()] == []
    assert "ada-example" in [one.login for one in Organisation.read(config).everybody]
    config.write_text(after.replace('name = "Our team"', "name = Our team"), encoding="utf-8")
    broken = init(tmp_path / "team", github, "--yes")
    assert (broken.exit_code, f"{config}: is not TOML" in broken.stderr) == (1, True)


@pytest.mark.parametrize("before", [[], ["--yes"]])
def test_of_two_runs_at_once_the_second_writes_nothing(
    tmp_path: Path, github: Emulator, before: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "team" / "contribkit.toml"
    if before:  # in a folder that is there already
        init(tmp_path / "team", github, *before)

    def answer(*_: object, **__: object) -> str:
        if not config.exists():  # the other one is done first
            start(config.parent)
        config.write_text(accept(config.read_text(encoding="utf-8"), ORG, DOTCOM, [ADA]), encoding="utf-8")
        return "none"

    monkeypatch.setattr("click.prompt", answer)
    told = init(tmp_path / "team", github)
    assert (told.exit_code, f"{config}: was changed meanwhile, so nothing was written" in told.stderr) == (1, True)
    assert "ada-example" in config.read_text(encoding="utf-8")


def test_an_answer_that_is_broken_off_leaves_nothing(tmp_path: Path, github: Emulator) -> None:
    told = init(tmp_path / "team", github, answers="1\n")  # and then the input ends
    assert told.exit_code == 1
    assert not (tmp_path / "team").exists()


@pytest.mark.parametrize("trap", ["resource_limits_data_null", "partial_errors"])
def test_github_in_trouble_changes_nothing(tmp_path: Path, trap: str) -> None:
    with Emulator(Workload.small(), traps={trap}) as github:
        assert init(tmp_path / "team", github, "--yes").exit_code == 0
    assert [member.login for member in Organisation.read(tmp_path / "team" / "contribkit.toml").everybody] == [
        "cato-example"
    ]


def test_comments_stay_and_proposals_go_where_their_kind_is() -> None:
    text = accept(STARTER, "Example", DOTCOM, [ADA, LAMP])
    again = accept(text, "Example", DOTCOM, [ADA._replace(values={"login": "bob-example"})])
    left = [line for line in STARTER.splitlines() if line.startswith("#") and "CHANGE-ME" not in line]
    switched_on = [line for line in left if line.startswith("#[sources.github]")]
    assert [line for line in left if line not in again.splitlines()] == switched_on
    assert again.index("ada-example") < again.index("bob-example") < again.index("lamp-example")
    assert again.index("lamp-example") < again.index("# ---- Whom they serve")


def test_what_stands_in_the_file_or_was_left_out_is_not_proposed() -> None:
    text = accept(STARTER, "Example", DOTCOM, [ADA], [LAMP])
    assert new_only(text, [ADA, LAMP]) == []
    assert new_only(STARTER, [ADA, LAMP]) == [ADA, LAMP]


def test_communities_and_roadmaps_are_proposed_from_several_signs() -> None:
    issues = [
        ("our-org/infra", ["community: Reef"], ["reef"]),
        ("our-org/infra", ["community: Reef", "roadmap"], ["reef", "up"]),
        ("our-org/infra", ["client: Cove"], ["reef"]),
        ("our-org/infra", [], ["up"]),
    ]
    kept = ["our-org/reef-image", "our-org/cove-image", "our-org/bay-hub", "our-org/initiatives"]
    found = proposals(Facts("our-org", work=[("ada", "up/a", "up")], own_issues=issues, own_repositories=kept))
    by_name = {one.name: one for one in found if one.table == "stakeholders"}
    assert by_name["Reef"].values == {"name": "Reef", "trackers": ["our-org/reef-image"], "orgs": ["reef"]}
    assert by_name["Reef"].is_taken
    assert by_name["Cove"].values["kind"] == "client"
    assert not by_name["bay"].is_taken
    roadmaps = [one.values for one in found if one.table == "initiatives"]
    assert [(one["from_issues"], one.get("label")) for one in roadmaps] == [
        ("our-org/initiatives", None),
        ("our-org/infra", "roadmap"),
    ]


DUE = date(2026, 12, 31)
PLANS = Facts(
    "our-org",
    own_issues=3 * [("our-org/infra", ["Upstream contribution", "bug"], [])],
    own_repositories=["our-org/roadmap", "our-org/infra"],
    milestones=[
        ("our-org/infra", "2026-Q4", 12, DUE),
        ("our-org/infra", "Team OKRs", 3, DUE),
        ("our-org/infra", "Someday", 40, None),
        ("our-org/infra", "Cleanup", 2, DUE),
        ("our-org/infra", "2025-Q4", 9, date(2025, 12, 31)),
        ("our-org/roadmap", "2026-Q4", 12, DUE),
    ],
    projects=[("Hubs (Project 1)", "https://example.org/1", 3, ["our-org/infra#1"])],
    today=date(2026, 10, 1),
)


def test_upstream_work_becomes_goals_and_only_what_is_above_the_bar_is_marked() -> None:
    assert [(one.table, one.name, one.is_taken) for one in proposals(PLANS)] == [
        ("initiatives", "our-org/roadmap", True),
        ("initiatives", "our-org/infra 2026-Q4", True),
        ("initiatives", "our-org/infra Someday", False),  # without a day
        ("initiatives", "our-org/infra Cleanup", False),  # of two issues
        ("initiatives", "our-org/infra 2025-Q4", False),  # over
        ("initiatives", "our-org/roadmap 2026-Q4", False),  # in a repository that is taken whole
        ("initiatives", "Hubs (Project 1)", True),
        ("goals", "our-org/infra Upstream contribution", True),
        ("goals", "our-org/infra Team OKRs", True),
    ]


def test_what_is_planned_is_proposed_once_also_where_a_person_moved_it_or_left_it_out() -> None:
    found = proposals(PLANS)
    assert new_only(STARTER, found) == found
    assert new_only(accept(STARTER, "Example", DOTCOM, found), found) == []
    assert new_only(accept(STARTER, "Example", DOTCOM, [], found), found) == []
    moved = accept(STARTER, "Example", DOTCOM, found).replace("[[goals]]", "[[initiatives]]")
    assert new_only(moved, found) == []


def test_long_lists_stand_one_below_the_other_and_more_can_be_put_behind_them() -> None:
    refs = [f"our-org/infra#{number}" for number in range(9)]
    hubs, lamps = (Proposal("initiatives", name, {"name": name, "refs": refs}, "", True) for name in ("Hubs", "Lamps"))
    text = accept(accept(STARTER, "Example", DOTCOM, [hubs]), "Example", DOTCOM, [lamps])
    assert '\nrefs = [\n  "our-org/infra#0",\n  "our-org/infra#1",\n' in text
    assert tomllib.loads(text)["initiatives"] == [hubs.values, lamps.values]


def test_of_a_project_with_many_items_it_is_said_how_many_are_read(tmp_path: Path, github: Emulator) -> None:
    project = github.workload.world.projects[0]
    project.content.extend(Draft(f"Idea {number}") for number in range(100))
    told = init(tmp_path / "team", github, "--yes")
    assert f"of https://github.com/orgs/{ORG}/projects/1 only the first 100 items are read" in told.stderr


def test_what_strangers_wrote_is_text_in_the_file() -> None:
    nasty = 'a"]\nown = ["evil\\'
    values = {"name": nasty, "trackers": [nasty]}
    text = accept(STARTER, "Example", DOTCOM, [ADA, Proposal("stakeholders", nasty, values, "", True)])
    assert '\nown = ["evil' not in text
