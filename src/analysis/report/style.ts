/** What a report needs beside the page's own style. */
export const REPORT_STYLE = `
.notice{margin:1rem 0;padding:.5rem .8rem;border:1px solid var(--s1);border-left-width:5px;border-radius:6px;color:var(--ink);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.8rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.left td,.left th{text-align:left;vertical-align:top}.left td:first-child{overflow-wrap:normal;white-space:nowrap}.left td{overflow-wrap:break-word}
article table{width:auto}.left .n{text-align:right}
.scroll{overflow-x:auto}
.ranked{font-size:13.5px}.ranked td{white-space:nowrap}.ranked td.wrap{white-space:normal;min-width:9rem}
a{color:var(--s0);text-decoration:none}a:hover{text-decoration:underline}
.badge{display:inline-block;padding:0 .5em;border:1px solid;border-radius:1em;font-weight:600;white-space:nowrap}
.P,.LP{color:var(--s2)}.VUS{color:var(--s1)}.B,.LB{color:#2c7a4b}.none{color:var(--soft)}
@media (prefers-color-scheme:dark){.B,.LB{color:#7cc99a}}
h2.part{margin:1.6rem 0 .6rem;font-size:1.2rem}
article{margin:0 0 1.2rem;padding:1rem;border:1px solid var(--line);border-radius:8px;background:var(--panel)}
article h3{margin:0;font-size:1.05rem;overflow-wrap:anywhere}article h4{margin:1rem 0 .3rem;font-size:.9rem}
article .sub{margin:.1rem 0 .5rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:0 1.5rem}
.met td:first-child{font-weight:600}.dim td{color:var(--soft)}
.quote{margin:.3rem 0;padding-left:.8rem;border-left:3px solid var(--line);color:var(--ink)}
cite{color:var(--soft);font-style:normal;font-size:.85em}
summary{cursor:pointer;color:var(--soft)}
.crosses{color:var(--s2);font-weight:600}
svg .track{stroke:var(--line);stroke-width:6;stroke-linecap:round}
@media print{@page{margin:12mm}.cards{columns:2 200px}article{break-inside:auto}a{color:inherit}
.ranked{font-size:7pt}.ranked td,.ranked td.wrap{white-space:normal;min-width:0;overflow-wrap:anywhere;padding:.1rem .2rem}.ranked td:nth-child(6){overflow-wrap:normal}
.scroll{overflow:visible}.unknown{display:none}details::details-content{content-visibility:visible;display:block;height:auto}summary{list-style:none}}
`;
