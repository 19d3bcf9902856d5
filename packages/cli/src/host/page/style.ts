/** The style of the host's page: one column on a phone, two on a desk, light or dark as the system is. */
export const STYLE = `:root{color-scheme:light dark;--ice:light-dark(#eef5f6,#0b1517);--sheet:light-dark(#fff,#111e21);--line:light-dark(#d3e2e5,#24393e);--ink:light-dark(#0f2428,#e6f1f2);--ink-2:light-dark(#49636a,#a3bcc1);--water:light-dark(#0a6670,#5cc3ca);--water-ink:light-dark(#fff,#06191c);--warn:light-dark(#fdf2d4,#3a3116)}
*{box-sizing:border-box}
body{margin:0;background:var(--ice);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;margin-bottom:1rem}
h1{font-size:1.375rem;margin:0}
h2{font-size:1rem;margin:0 0 .5rem;color:var(--water)}
header p{margin:0;color:var(--ink-2)}
header a{margin-left:auto}
a{color:var(--water)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));gap:1rem}
section{background:var(--sheet);border:1px solid var(--line);border-radius:14px;padding:1rem;min-width:0}
.wide{grid-column:1/-1}
dl{margin:0;display:grid;grid-template-columns:1fr auto;gap:.25rem 1rem}
dt{color:var(--ink-2)}
dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
meter{width:100%;height:.75rem;grid-column:1/-1}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--ink-2);font-size:.875rem}
th,td{padding:.375rem .75rem .375rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
form{display:flex;flex-wrap:wrap;gap:1rem;align-items:end}
label{display:grid;gap:.25rem;color:var(--ink-2);font-size:.875rem}
input,button{font:inherit;min-height:44px;border-radius:8px;border:1px solid var(--line);padding:0 .75rem}
input{width:9rem;background:var(--ice);color:var(--ink)}
button{background:var(--water);color:var(--water-ink);border:0;font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid var(--water);outline-offset:2px}
.link{overflow-wrap:anywhere;font:.875rem/1.4 ui-monospace,monospace;background:var(--ice);padding:.75rem;border-radius:8px;margin:.5rem 0}
.qr{display:block;width:min(100%,20rem);height:auto;background:#fff;border-radius:8px;margin-top:.75rem}
.warn{background:var(--warn);padding:.5rem .75rem;border-radius:8px;margin:0 0 .75rem}
footer{color:var(--ink-2);font-size:.875rem;margin-top:1rem}`;
