import time, json, asyncpg, base64, collections
from datetime import datetime
from uuid import UUID
from casecoord.storage.sealed import Keyring
from casecoord.app import create_app
from casecoord.api.documents import document_id, FOLDER
from tests.crawl.canaries import *
from tests.crawl.doors import Visitor
from tests.crawl.rows import *
from tests.crawl.sight import *
from tests.demo.loaded import NOW
from tests.demo.killable import settings_of
from casecoord.demo.users import USERS
from casecoord.domain.ids import global_id
from casecoord.demo.teller import Clock
import structlog
def raw(i): 
    k,_,u=base64.urlsafe_b64decode(i+"="*(-len(i)%4)).decode().partition(":"); return UUID(u)
async def test_x(neighbourhood):
    structlog.configure(processors=[lambda *a: (_ for _ in ()).throw(structlog.DropEvent)])
    async with neighbourhood.copy() as url:
        s = settings_of(url)
        a = await asyncpg.connect(url)
        c = await plant(a, Keyring(s.master_key, s.match_key))
        await a.execute("analyze")
        rows = await Rows.read(a, NOW)
        app = create_app(s)
        app.state.office.database.clock = Clock(NOW)
        hs = sorted({r["household_id"] for r in rows.all["signals"]})
        print({k:len(v) for k,v in rows.all.items()})
        me=Sight(rows,"demo-johanna"); h=[x["id"] for x in rows.all["households"] if me.of(x["id"]).flagged()]
        for x in rows.all["households"]:
            o=me.of(x["id"])
            if o.case and any(p["rule"]=="G10" or p["decision_at"]<=NOW for p in o.promises): print(x["id"], o.escalated, o.facts, [(p["rule"],p["sphere"],str(p["due_at"]),str(p["decision_at"])) for p in o.promises], [dict(b) for b in rows.of("blockades",x["id"])], [(q["kind"],q["state"]) for q in rows.of("requests", x["id"])])

        for x in rows.all["households"]:
            o=me.of(x["id"])
            if any(p["rule"]=="G10" for p in o.promises):
                print(o.escalated, o.viewers(False), o.facts, o.mine, o.joint_case()["nextDeadline"], [(p["rule"], o.takes_part_in(p), o.facts_of(p), o.degree("case.next_deadline", p["sphere"], False)) for p in o.promises], me.purpose)
        await a.close()
        await app.state.office.database.close()
