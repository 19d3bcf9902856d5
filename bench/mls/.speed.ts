import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { SUITE_IDS } from '@polynya/mls/crypto/cipher-suite';
import { loadSuite } from '@polynya/mls/crypto/load-suite';
import { environmentOf, OwnEngine } from '@polynya/mls/test/peers/own';
import { identityOf } from '@polynya/mls/test/peers/peer';
const suite = await loadSuite(1, nodePrimitives);
const engine = new OwnEngine(environmentOf(suite));
const a = await engine.newcomer(identityOf(0)); const b = await engine.newcomer(identityOf(1));
const g = await a.create(new TextEncoder().encode('measured group'));
const { welcome } = await g.add([b.keyPackage]); const h = await b.join(welcome);
const pt = crypto.getRandomValues(new Uint8Array(100));
const kp = new Uint8Array(32).fill(9); const pub = await suite.signature.publicKey(kp);
const tbs = new Uint8Array(300); const sg = await suite.signature.sign(kp, tbs);
const B=8; const mins={seal:1e9,open:1e9,sign:1e9,verify:1e9};
const ms = Number(process.argv[2] ?? 6000);
const until=performance.now()+ms;
const only = process.argv[3]; const onlySeal = only === "seal";
while(performance.now()<until){
  let t=performance.now(); const s=[]; for(let i=0;i<B;i++) s.push(await g.seal(pt)); mins.seal=Math.min(mins.seal,performance.now()-t);
  t=performance.now(); if(!onlySeal) for(const m of s) await h.open(m); mins.open=Math.min(mins.open,performance.now()-t);
  if(!only){
  t=performance.now(); for(let i=0;i<B;i++) suite.signature.sign(kp,tbs); mins.sign=Math.min(mins.sign,performance.now()-t);
  t=performance.now(); for(let i=0;i<B;i++) suite.signature.verify(pub,tbs,sg); mins.verify=Math.min(mins.verify,performance.now()-t);}
}
const r=Object.fromEntries(Object.entries(mins).map(([k,v])=>[k,Math.round(B*1000/v)]));
console.log(r, 'seal/sign',(r.seal/r.sign).toFixed(2),'open/verify',(r.open/r.verify).toFixed(2));
