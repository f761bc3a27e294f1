"""Labels find their rows though repositories, threads and logins are called otherwise now."""

from pathlib import Path

import pandas as pd
import pytest

from contribkit import ContribkitError, Labels, Organisation, classify
from contribkit.evaluation import evaluate
from contribkit.labels.aliases import Aliases
from tests.helpers.builders import jsonl, organisation
from tests.helpers.events import event


def aliases(folder: Path, *rows: str) -> Aliases:
    (folder / "aliases.csv").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return Aliases.read(folder / "aliases.csv")


def refused(folder: Path, *rows: str) -> str:
    with pytest.raises(ContribkitError) as caught:
        aliases(folder, *rows)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a/one#5@ada-old:review", "c/three#5@ada:review"),  # a chain of two, and a login
        ("B/Two#5@bob:review", "c/three#5@bob:review"),
        ("a/one@1.0@x@ada:release", "c/three@1.0@x@ada:release"),
        ("a/one#7@bob:issue", "d/four#70@bob:issue"),  # renamed, then transferred
        ("d/old#70@bob:issue", "d/four#70@bob:issue"),
        ("a/one#70@bob:issue", "c/three#70@bob:issue"),  # a longer number is another thread
        ("a/one-more#5@bob:issue", "a/one-more#5@bob:issue"),
        ("log:a/one@ada-old:meeting", "log:a/one@ada:meeting"),
        ("gl.example.org/old/p!5@ada-old:review", "gl.example.org/new/p!5@ada:review"),
        ("f.example.org/t/5@ada-old:comment", "f.example.org/t/5@ada:comment"),
        ("no id at all", "no id at all"),
    ],
)
def test_an_id_gets_the_names_of_today(tmp_path: Path, old: str, new: str) -> None:
    known = aliases(
        tmp_path,
        "old,new",
        "a/one,b/two",
        "b/two,c/three",
        "",
        "C/three#7,d/old#70",
        "d/old,d/four",
        "Ada-Old,ada",
        "gl.example.org/old/p,gl.example.org/new/p",
    )
    assert known.newest(old) == new
    assert known.newest(new) == new


def test_a_file_that_is_not_there_or_empty_changes_nothing(tmp_path: Path) -> None:
    assert not Aliases.read(tmp_path / "aliases.csv")
    assert not aliases(tmp_path, "old,new")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["old,new", "a/b"], "aliases.csv:2: needs two names, the old one and the new one"),
        (["a/b,"], "aliases.csv:1: needs two names, the old one and the new one"),
        (["a/b,c/d,e/f"], "aliases.csv:1: needs two names, the old one and the new one"),
        (["a/b#1,c/d"], "aliases.csv:1: a/b#1 is a thread and c/d is a repository; give two of one kind"),
        (["a/b,ada"], "a/b is a repository and ada is a login"),
        (["a/b,c/d", "A/B,e/f"], "aliases.csv:2: A/B already has the new name c/d; remove one row"),
        (["ada,ada"], "aliases.csv:1: ada leads back to itself"),
        (["a/b,c/d", "c/d,e/f", "e/f,A/b"], "aliases.csv:1: a/b leads back to itself"),
        (["x/y,z/z", "a/b#1,c/d#1", "c/d,a/b"], "aliases.csv:2: a/b#1 leads back to itself"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, rows: list[str], said: str) -> None:
    assert said in refused(tmp_path, *rows)


def test_a_file_from_a_spreadsheet_may_have_semicolons(tmp_path: Path) -> None:
    assert aliases(tmp_path, "old;new", "a/b;c/d", ";").newest("a/b#1@x:issue") == "c/d#1@x:issue"


def test_a_folder_of_that_name_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "aliases.csv").mkdir()
    with pytest.raises(ContribkitError, match=r"aliases.csv: cannot be read \(Is a directory\)$"):
        Labels.read(tmp_path)


def test_a_member_found_by_an_alias_is_the_end_of_any_chain() -> None:
    both = Aliases({"ada": "ada-new", "x": "ada"}, members={"ada-new": "ada"})
    assert [both.login(login) for login in ("ada", "Ada-New", "x", "bob")] == ["ada", "ada", "ada", "bob"]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "aliases.csv").write_bytes("old,new\nzo\xeb,zoe\n".encode("latin-1"))
    with pytest.raises(ContribkitError, match=r"aliases.csv: is not UTF-8 \(byte 10\); save it as UTF-8"):
        Labels.read(tmp_path)


# Where labels are used.

OLD, NEW = (f"{owner}/lamp#1@ada-example:pull_request" for owner in ("old-lamp-example", "wicketlamp-example"))


@pytest.mark.parametrize(("in_the_log", "in_the_table"), [(OLD, NEW), (NEW, OLD), (OLD, OLD), (NEW, NEW.upper())])
def test_a_label_holds_whichever_name_the_log_and_the_table_use(
    tmp_path: Path, in_the_log: str, in_the_table: str
) -> None:
    aliases(tmp_path, "old,new", "old-lamp-example,wicketlamp-example", "old-lamp-example/lamp,wicketlamp-example/lamp")
    jsonl(tmp_path / "a.jsonl", event(1, "ada", "label", "individual", item=in_the_log))
    labels = Labels.read(tmp_path)
    table = pd.DataFrame([{"id": in_the_table, "kind": "pull_request", "title": "Fix the CI"}])
    judged = classify(table, None, Organisation.read_sample(), labels).contributions
    assert (judged.lead[0], judged.decided_by[0], judged.id[0]) == ("individual", "person", in_the_table)
    assert labels.of(in_the_table).lead == "individual"
    assert labels.missing([in_the_table]) == []
    alone = classify(table, None, Organisation.read_sample())
    assert evaluate(alone, labels, draws=5).pairs[["id", "truth"]].values.tolist() == [[in_the_table, "individual"]]


def test_classify_finds_labels_by_the_aliases_of_members_in_the_configuration(tmp_path: Path) -> None:
    org = organisation(tmp_path)  # bobby is Bob
    said = [event(1, "bobby", "label", "individual", item="o/r#1@Bobby:issue"),
            event(2, "bob", "label", "upstream", item="o/r#1@bob:issue")]  # fmt: skip
    judged = classify(pd.DataFrame([{"id": "o/r#1@bob:issue", "kind": "issue"}]), None, org, Labels(said))
    assert judged.contributions[["lead", "confidence"]].values.tolist() == [["upstream", 1.0]]


def test_a_person_with_a_new_login_has_one_vote(tmp_path: Path) -> None:
    aliases(tmp_path, "ada-old,ada")
    said = [event(1, "ada-old", "label", "upstream"), event(2, "Ada", "label", "individual")]
    jsonl(tmp_path / "a.jsonl", *said)
    found = Labels.read(tmp_path).of(said[0]["item"])
    assert (found.lead, found.status) == ("individual", "unanimous")


def test_old_and_new_names_of_one_contribution_add_up(tmp_path: Path) -> None:
    aliases(tmp_path, "old/r,o/r")
    said = [
        event(1, "ada", "label", "upstream", item="old/r#1@cy:issue"),
        event(2, "bob", "label", "individual", item="o/r#1@cy:issue"),
        event(3, "ada", "undo", item="o/r#1@cy:issue"),
    ]
    jsonl(tmp_path / "a.jsonl", *said)
    labels = Labels.read(tmp_path)
    assert labels.of("old/r#1@cy:issue").opinions == {"bob": "individual"}
    assert len(labels.effective) == 1
