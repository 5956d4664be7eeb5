from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.facts import dates_in, owners_in


@pytest.mark.parametrize(
    ("text", "owners", "dates"),
    [
        ("Train support team - Tom, 15 April", ["Tom"], ["15 April"]),
        ("Owner: Aisha", ["Aisha"], []),
        ("@mei check by Friday", ["mei"], ["Friday"]),
        ("Tom: call the bank before 3/4", ["Tom"], ["3/4"]),
        ("[ ] Update FAQ (Mei & Tom, by end of May)", ["Mei & Tom"], ["end of May"]),
        ("Review budget – Finance team, Q3", ["Finance team"], ["Q3"]),
        ("Live by 20 April 2026", [], ["20 April 2026"]),
        ("写测试（李强）4月15日前", ["李强"], ["4月15日"]),
        ("预算审核 - 财务部 6月底", ["财务部"], ["6月底"]),
        ("由王芳负责，周五前", ["王芳"], ["周五"]),
        ("负责人：王芳", ["王芳"], []),
        ("- [ ] 联系银行 四月二十日前 @李强", ["李强"], ["四月二十日"]),
        ("负责人：赵磊四月二十日前完成", ["赵磊"], ["四月二十日"]),
        ("负责人：赵磊4月20日前完成", ["赵磊"], ["4月20日"]),
        ("Owner: Tom by 20 April", ["Tom"], ["20 April"]),
        ("四月计划", [], ["四月"]),
        ("Risk: high load", [], []),
        ("风险：重复退款", [], []),
        ("Check-in desk - New York office", [], []),
        ("Todo: write it", [], []),
        ("Budget: 500 EUR", [], []),
        ("Warning: stock low", [], []),
        ("Lead time 3 weeks", [], []),
        ("Lead: Tom", ["Tom"], []),
        ("Team lead = Mei", ["Mei"], []),
        ("Owned by Aisha", ["Aisha"], []),
        *(
            (f"{label}：先试一周", [], [])
            for label in ("方案", "时间", "成本", "安全", "项目", "任务")
        ),
        ("张伟：联系银行", ["张伟"], []),
        ("@李强 写测试", ["李强"], []),
        ("@李强、@王芳 评审", ["李强", "王芳"], []),
        ("负责人：王芳 上线", ["王芳"], []),
        ("负责人：王芳，李强，周五前", ["王芳", "李强"], ["周五"]),
        ("负责人：王芳 和 李强", ["王芳 和 李强"], []),
        ("责任人: tom 上线", ["tom"], []),
        ("[ ] Write tests @tom @anna", ["tom", "anna"], []),
        ("Owner: Tom, Anna, 3 May", ["Tom", "Anna"], ["3 May"]),
        ("Owned by Aisha, Tom and Mei", ["Aisha", "Tom and Mei"], []),
        ("Owner: Tom, finish the tests", ["Tom"], []),
        ("Owner: Tom\nDue Friday", ["Tom"], ["Friday"]),
        ("Write tests (Tom and Mei)", ["Tom and Mei"], []),
        ("Write tests (Tom, Anna)", ["Tom", "Anna"], []),
        ("Write tests (Tom, Anna, 3 May)", ["Tom", "Anna"], ["3 May"]),
        ("Write tests - Tom, 3 May, Anna", ["Tom", "Anna"], ["3 May"]),
        ("Write tests (Tom, needs a review)", ["Tom"], []),
        ("写测试（李强，王芳）", ["李强", "王芳"], []),
        ("写测试（李强，王芳，4月15日前）", ["李强", "王芳"], ["4月15日"]),
        ("Check the limits-Aisha, 9 April", ["Aisha"], ["9 April"]),
        ("limits-Aisha and Tom, 9 April", ["Aisha and Tom"], ["9 April"]),
        ("limits–Aisha, Tom, by Friday", ["Aisha", "Tom"], ["Friday"]),
        ("核对限额-李强，4月9日", ["李强"], ["4月9日"]),
        ("核对限额—李强、王芳，4月9日前", ["李强、王芳"], ["4月9日"]),
        ("Check the limits-Aisha", [], []),
        ("Sale pre-Easter, 9 April", [], ["9 April"]),
        ("Call Hewlett-Packard, 9 April", [], ["9 April"]),
        ("Check-in, 9 April", [], ["9 April"]),
        ("13:00 cook-off → 15:00 Tin Kettles", [], ["13:00", "15:00"]),
        ("Follow-up, 9 April", [], ["9 April"]),
        ("Migrate 2000 users", [], []),
        ("迁移 2000 用户", [], []),
        ("Grow by 2000 users", [], []),
        ("Sell it for $2000", [], []),
        ("Live in 2026", [], ["2026"]),
        ("Live by 2026", [], ["2026"]),
        ("Budget 2026: 500", [], ["2026"]),
        ("Fix 1/2 of the tests", [], []),
        ("Tests 3/4 done", [], []),
        ("Fix 1/15 of it", [], []),
        ("Ship 4/15", [], ["4/15"]),
        ("Due: 3/4", [], ["3/4"]),
        ("Signed 3/4/2026", [], ["3/4/2026"]),
        ("3/4前上线", [], ["3/4"]),
    ],
)
def test_who_and_when(text: str, owners: list[str], dates: list[str]) -> None:
    assert owners_in(text) == owners
    assert dates_in(text) == dates


@given(st.text())
def test_any_words_give_words_of_theirs(text: str) -> None:
    assert all(date in text for date in dates_in(text))
    assert all(owners_in(text))


@pytest.mark.parametrize("part", ["@a ", "Aa ", "- ", "1", "王", "(", "由", "by ", "Owner:", "12/"])
def test_long_words_take_no_time(part: str) -> None:
    started = time.process_time()
    owners_in(part * 10_000)
    dates_in(part * 10_000)
    assert time.process_time() - started < 1.0
