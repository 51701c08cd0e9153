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
        did = {d: document_id((FOLDER/f"{d}.graphql").read_text()) for d in ("jointCase","timeline","worklist","gaps")}
        diffs=collections.Counter(); ex={}
        t=time.time(); n=0
        for k in USERS:
            v=Visitor(app,k); me=Sight(rows, f"demo-{k}")
            for h in hs:
                st, text = await v.asks("POST","/graphql", json.dumps({"documentId":did["jointCase"],"variables":{"id":global_id("Household",h)}}).encode(),"application/json")
                n+=1
                if me.area is None: assert st==401; continue
                body=json.loads(text.splitlines()[-1]) 
                of=me.of(h); 
                for word in found_in(text):
                    if not me.may_read(c[word]):
                        diffs[k,"canary",c[word].table,c[word].facet]+=1; ex[k,"canary",c[word].table,c[word].facet]=(h,word)
                exp=of.joint_case()
                if body.get("errors"):
                    if of.at_all_known: diffs[k,"hidden"]+=1; ex[k,"hidden"]=h
                    continue
                got=body["data"]["jointCase"]
                for name,want in exp.items():
                    g=got[name]
                    if name=="nextDeadline": g=g and datetime.fromisoformat(g)
                    elif name=="case": g=g and raw(g)
                    else: g=[raw(x["id"]) for x in g]
                    if g!=want: diffs[k,name]+=1; ex[k,name]=(h,g,want)
                for word,can in c.items():
                    pass
        print(n, (time.time()-t)/n*1000)
        for d,m in diffs.items(): print(d,m,ex[d])
        for k in USERS:
            v=Visitor(app,k); me=Sight(rows, f"demo-{k}")
            if me.area is None: continue
            st, text = await v.asks("POST","/graphql", json.dumps({"documentId":did["worklist"],"variables":{"first":100}}).encode(),"application/json")
            body=json.loads(text.splitlines()[-1])
            if body.get("errors"): print(k, body); continue
            got=[(raw(e["node"]["household"]), e["node"]["urgency"], e["node"]["nextDeadline"], e["node"]["openGaps"]) for e in body["data"]["worklist"]["edges"]]
            want=[]
            for h in rows.all["households"]:
                f=me.of(h["id"]).flagged()
                if f: want.append((f[0] or 3, f[1] or datetime.max.replace(tzinfo=NOW.tzinfo), h["id"], f))
            want.sort(key=lambda w:w[:3])
            wl=[(h, f[0] and list(RANK)[f[0]-1].upper(), f[1] and f[1].isoformat(), f[2]) for _,_,h,f in want][:100]
            gl=[(h,u,d and datetime.fromisoformat(d).isoformat(),g) for h,u,d,g in got]
            print(k, len(gl), len(want), gl==wl)
            if gl!=wl:
                print([x for x in gl if x not in wl][:4], [x for x in wl if x not in gl][:4])
        await a.close()
        await app.state.office.database.close()
