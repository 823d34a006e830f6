import { tokens as a } from './a.ts';
import { tokens as b } from './b.ts';
import { tokens as c } from './c.ts';
import { tokens as d } from './d.ts';
import { tokens as e } from './e.ts';
import { tokens as f } from './f.ts';
import { tokens as buildFamily } from './family-build.ts';
import { tokens as dataFamily } from './family-data.ts';
import { tokens as modelsFamily } from './family-models.ts';
import { tokens as watchFamily } from './family-watch.ts';
import { tokens as contactFamily } from './family-contact.ts';
import { tokens as moneyFamily } from './family-money.ts';
import { tokens as webFamily } from './family-web.ts';
import { tokens as g } from './g.ts';
import { tokens as h } from './h.ts';
import { tokens as i } from './i.ts';
import { tokens as j } from './j.ts';
import { tokens as k } from './k.ts';
import { tokens as l } from './l.ts';
import { tokens as m } from './m.ts';
import { tokens as n } from './n.ts';
import { tokens as o } from './o.ts';
import { tokens as p } from './p.ts';
import { tokens as q } from './q.ts';
import { tokens as r } from './r.ts';
import { tokens as s } from './s.ts';
import { tokens as t } from './t.ts';
import { tokens as u } from './u.ts';
import { tokens as v } from './v.ts';
import { tokens as w } from './w.ts';
import { tokens as y } from './y.ts';
import { tokens as z } from './z.ts';

/** Generators of all providers whose tokens have only a form, by the first letter. */
export const tail = [
  ...a,
  ...b,
  ...c,
  ...d,
  ...e,
  ...f,
  ...g,
  ...h,
  ...i,
  ...j,
  ...k,
  ...l,
  ...m,
  ...n,
  ...o,
  ...p,
  ...q,
  ...r,
  ...s,
  ...t,
  ...u,
  ...v,
  ...w,
  ...y,
  ...buildFamily,
  ...dataFamily,
  ...modelsFamily,
  ...watchFamily,
  ...contactFamily,
  ...moneyFamily,
  ...webFamily,
  ...z,
];
