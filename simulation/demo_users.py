"""Users of a demo: one sign-in for each role, and colleagues where two are needed.

None of these people exists. They share one password, which `demo_accounts` prints: a
demo holds invented data only, and this app is not installed anywhere else.
"""

from dataclasses import dataclass

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Role
from record.accounts.selectors import is_signer
from record.accounts.services import accounts as services
from record.accounts.services.signing import acknowledge_signature
from record.audit.attribution import Process, Source
from simulation.demo_password import PASSWORD
from trial_edc import clock

SIMULATION = Process("simulation")


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who works in the trial; acts refer to them by `key`."""

    key: str
    username: str
    name: str
    name_zh: str
    role: Role


DEMO_USERS = (
    DemoUser("co", "li.wei", "Li Wei", "李薇", Role.CO),
    DemoUser("in", "wang.jun", "Wang Jun", "王军", Role.IN),
    DemoUser("pi", "zhao.yan", "Zhao Yan", "赵妍", Role.PI),
    DemoUser("bn", "sun.li", "Sun Li", "孙丽", Role.BN),
    DemoUser("mo", "zhou.min", "Zhou Min", "周敏", Role.MO),
    DemoUser("dm", "wu.tao", "Wu Tao", "吴涛", Role.DM),
    DemoUser("br", "xu.jing", "Xu Jing", "徐静", Role.BR),
    DemoUser("up", "chen.hao", "Chen Hao", "陈浩", Role.UP),
    DemoUser("pn", "yang.fan", "Yang Fan", "杨帆", Role.PN),
    DemoUser("um", "huang.lei", "Huang Lei", "黄磊", Role.UM),
    DemoUser("lc", "hu.bin", "Hu Bin", "胡斌", Role.LC),
    DemoUser("us", "lin.tong", "Lin Tong", "林彤", Role.US),
    DemoUser("so", "gao.jie", "Gao Jie", "高洁", Role.SO),
    DemoUser("ad", "he.yong", "He Yong", "何勇", Role.AD),
    DemoUser("in2", "ma.rui", "Ma Rui", "马睿", Role.IN),
    DemoUser("up2", "luo.qing", "Luo Qing", "罗青", Role.UP),
    DemoUser("so2", "guo.ning", "Guo Ning", "郭宁", Role.SO),
    DemoUser("ad2", "zhu.hong", "Zhu Hong", "朱红", Role.AD),
)


def create_accounts() -> dict[str, User]:
    """Each with what the person acknowledged before a first signature."""
    accounts = _created()
    for user in filter(is_signer, accounts.values()):
        acknowledge_signature(user=user, proof=ReAuthenticated(user.pk, clock.now()))
    return accounts


def _created() -> dict[str, User]:
    return {
        user.key: services.create_account(
            username=user.username,
            full_name=user.name,
            full_name_zh=user.name_zh,
            email=f"{user.username}@example.org",
            role=user.role,
            password=PASSWORD,
            must_change_password=False,
            by=SIMULATION,
            via=Source.COMMAND,
        )
        for user in DEMO_USERS
    }
