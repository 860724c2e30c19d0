"""The people of a demo: one sign-in for each role, and colleagues where two are needed.

Nobody of these exists. All have one password, which `demo_accounts` prints: a demo
holds invented data only, and this app is not installed anywhere else.
"""

from dataclasses import dataclass

from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.services import accounts as services
from record.audit.attribution import Process, Source

PASSWORD = "see the demo run"  # noqa: S105 - of invented people
CAST = Process("simulation")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in the trial; `key` is how the acts name them."""

    key: str
    username: str
    name: str
    name_zh: str
    role: Role


MEMBERS = (
    Member("co", "li.wei", "Li Wei", "李薇", Role.CO),
    Member("in", "wang.jun", "Wang Jun", "王军", Role.IN),
    Member("pi", "zhao.yan", "Zhao Yan", "赵妍", Role.PI),
    Member("bn", "sun.li", "Sun Li", "孙丽", Role.BN),
    Member("mo", "zhou.min", "Zhou Min", "周敏", Role.MO),
    Member("dm", "wu.tao", "Wu Tao", "吴涛", Role.DM),
    Member("br", "xu.jing", "Xu Jing", "徐静", Role.BR),
    Member("up", "chen.hao", "Chen Hao", "陈浩", Role.UP),
    Member("pn", "yang.fan", "Yang Fan", "杨帆", Role.PN),
    Member("um", "huang.lei", "Huang Lei", "黄磊", Role.UM),
    Member("lc", "hu.bin", "Hu Bin", "胡斌", Role.LC),
    Member("us", "lin.tong", "Lin Tong", "林彤", Role.US),
    Member("so", "gao.jie", "Gao Jie", "高洁", Role.SO),
    Member("ad", "he.yong", "He Yong", "何勇", Role.AD),
    Member("in2", "ma.rui", "Ma Rui", "马睿", Role.IN),
    Member("up2", "luo.qing", "Luo Qing", "罗青", Role.UP),
    Member("so2", "guo.ning", "Guo Ning", "郭宁", Role.SO),
    Member("ad2", "zhu.hong", "Zhu Hong", "朱红", Role.AD),
)
SHOWN = MEMBERS[: len(Role)]  # one of each role; their colleagues cannot sign in


def open_accounts() -> dict[str, User]:
    """Open every account; the password of a demo need not be changed."""
    return {
        member.key: services.create_account(
            username=member.username,
            full_name=member.name,
            full_name_zh=member.name_zh,
            email=f"{member.username}@example.org",
            role=member.role,
            password=PASSWORD if member in SHOWN else None,
            must_change_password=False,
            by=CAST,
            via=Source.COMMAND,
        )
        for member in MEMBERS
    }
