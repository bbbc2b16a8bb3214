"""The documents, and that whatever somebody else wrote into one stays."""

from __future__ import annotations

from typing import Any

import pytest

from publisher.diagnosing.settings import public_read, with_public_read, with_reading_across_origins

THEIRS: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "arn:aws:s3:::b/x",
}
OURS = public_read("b", "shows/one/")


@pytest.mark.parametrize(
    ("before", "statements"),
    [
        ({}, [OURS]),
        ({"Statement": [THEIRS]}, [THEIRS, OURS]),
        ({"Statement": THEIRS}, [THEIRS, OURS]),
        ({"Statement": [OURS, THEIRS]}, [THEIRS, OURS]),
        ({"Statement": [OURS | {"Action": "s3:*"}]}, [OURS]),
    ],
)
def test_a_policy_keeps_the_statements_of_others(
    before: dict[str, Any], statements: list[dict[str, Any]]
) -> None:
    after = with_public_read(before, "b", "shows/one/")
    assert after == {"Version": "2012-10-17", "Statement": statements}


def test_a_policy_keeps_its_own_version_and_name() -> None:
    before = {"Version": "2008-10-17", "Id": "theirs", "Statement": [THEIRS]}
    assert with_public_read(before, "b", "") == before | {"Statement": [THEIRS, public_read("b", "")]}


def test_two_shows_in_one_bucket_have_statements_of_their_own() -> None:
    policy = with_public_read(with_public_read({}, "b", "shows/one/"), "b", "shows/two/")
    assert [statement["Resource"] for statement in policy["Statement"]] == [
        "arn:aws:s3:::b/shows/one/*",
        "arn:aws:s3:::b/shows/two/*",
    ]
    assert len({statement["Sid"] for statement in policy["Statement"]}) == 2
    assert all(statement["Sid"].isalnum() for statement in policy["Statement"])


def test_the_rules_of_others_go_before_ours() -> None:
    theirs = {"AllowedOrigins": ["https://app.example"], "AllowedMethods": ["PUT"]}
    once = with_reading_across_origins([theirs])
    assert once[0] == theirs
    assert once[1]["AllowedMethods"] == ["GET", "HEAD"]
    assert with_reading_across_origins(once) == once
