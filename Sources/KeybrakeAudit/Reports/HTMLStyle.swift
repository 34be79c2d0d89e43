/// The style sheet of reports and of the site's index: light, dark and print, no image, no font from elsewhere.
enum HTMLStyle {
    static let text = """
        :root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d2321;--soft:#5b6461;--line:#dcd9d1;\
        --faint:#f1efe9;--accent:#0b5f56;--pass:#0a6b3d;--passbg:#e3f3ea;--fail:#a3161f;--failbg:#fbe6e5;\
        --doubt:#7a4b00;--doubtbg:#fbeecd;--blocker:#a3161f;--critical:#a3390a;--major:#7a4b00;--minor:#3d5a80;\
        --info:#5b6461;--mark:#fff2b8}
        @media (prefers-color-scheme:dark){:root{--paper:#141817;--card:#1b201f;--ink:#e8e6df;--soft:#a3aca8;\
        --line:#333b39;--faint:#222826;--accent:#6fd0c1;--pass:#6fd79c;--passbg:#11301f;--fail:#ff9c93;\
        --failbg:#3b1513;--doubt:#f0c066;--doubtbg:#352809;\
        --blocker:#ff9c93;--critical:#ffae7d;--major:#f0c066;--minor:#9dbbe4;\
        --info:#a3aca8;--mark:#4b4213}}
        *{box-sizing:border-box}
        html{scroll-padding-top:1rem}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Helvetica Neue",sans-serif}
        main,.top,.foot{max-width:88rem;margin:0 auto;padding:0 1.5rem}
        .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem}
        a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:.06em}
        a:focus-visible,summary:focus-visible,input:focus-visible,button:focus-visible{outline:3px solid var(--accent);\
        outline-offset:2px}
        h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:.2rem 0 0;font-weight:650;\
        overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:3rem 0 .75rem;font-weight:650;letter-spacing:-.01em}
        h3{font-size:1.02rem;margin:2rem 0 .25rem;font-weight:650}
        p{margin:.4rem 0;max-width:68ch}
        code,.id{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;\
        font-size:.86em}
        .soft{color:var(--soft)}
        .top{padding-top:2.5rem}
        .brand{font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;color:var(--soft);margin:0}
        .verdict{display:grid;grid-template-columns:auto 1fr;gap:0 1.4rem;align-items:center;margin:1.6rem 0 1.2rem;\
        padding:1.3rem 1.6rem;border-radius:.6rem;border:1px solid;border-left-width:.5rem}
        .verdict .word{font-size:2rem;font-weight:700;line-height:1.1;letter-spacing:-.01em;margin:0;white-space:nowrap}
        .verdict .why{margin:0;max-width:none}
        .verdict.pass{color:var(--pass);background:var(--passbg)}
        .verdict.fail{color:var(--fail);background:var(--failbg)}
        .verdict.doubt{color:var(--doubt);background:var(--doubtbg)}
        .verdict .why{color:var(--ink)}
        dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:0;margin:0;\
        background:var(--card);border:1px solid var(--line);border-radius:.6rem;overflow:hidden}
        dl.figures div{padding:.75rem 1rem;display:flex;flex-direction:column-reverse;justify-content:flex-end;\
        box-shadow:-1px -1px 0 var(--line)}
        dl.figures dt{color:var(--soft);font-size:.82rem;line-height:1.3}
        dl.figures dd{margin:0;font-size:1.3rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.3}
        .scroll{overflow-x:auto;border:1px solid var(--line);border-radius:.6rem;background:var(--card);margin:.6rem 0}
        table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;padding:.6rem .9rem;color:var(--soft);font-size:.82rem}
        th,td{text-align:left;vertical-align:top;padding:.5rem .9rem;border-top:1px solid var(--line)}
        thead th{border-top:0;font-size:.78rem;font-weight:600;color:var(--soft);background:var(--faint);\
        white-space:nowrap}
        caption+thead th{border-top:1px solid var(--line)}
        tbody th{font-weight:500}
        table.findings{table-layout:fixed;min-width:64rem}table.findings .id{font-size:.8em}
        .w1{width:17rem}.w2{width:9rem}.w3{width:11rem}.w4{width:18.5rem}
        .n{text-align:right;white-space:nowrap}
        .t{white-space:nowrap}
        .id{overflow-wrap:anywhere}
        tr:target{background:var(--mark)}
        .ok{color:var(--pass);font-weight:600;white-space:nowrap}
        .bad{color:var(--fail);font-weight:600;white-space:nowrap}
        .doubtful{color:var(--doubt);font-weight:600;white-space:nowrap}
        .off{color:var(--soft);white-space:nowrap}.why{white-space:normal}
        .sev{font-size:.78rem;font-weight:600;white-space:nowrap}
        .blocker{color:var(--blocker)}.critical{color:var(--critical)}.major{color:var(--major)}
        .minor{color:var(--minor)}.info{color:var(--info)}
        svg.bar{display:block;width:100%;height:.7rem;border-radius:.35rem;margin:.6rem 0}
        .c0{fill:var(--pass)}.c1{fill:var(--doubt)}.c2{fill:var(--fail)}.c3{fill:var(--info)}.c4{fill:var(--line)}
        details.more{border-top:1px solid var(--line)}
        details.more>summary{padding:.5rem .9rem;color:var(--soft);cursor:pointer;font-size:.88rem}
        details.passed{margin:.6rem 0}
        details.passed>summary{cursor:pointer;color:var(--accent);padding:.3rem 0;width:fit-content}
        details.ev{margin:.25rem 0 0}
        details.ev>summary{cursor:pointer;color:var(--accent);font-size:.82rem;width:fit-content}
        dl.ev{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.15rem .9rem;margin:.4rem 0;\
        font-size:.84rem}
        dl.ev dt{color:var(--soft)}dl.ev dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
        .hash{font-size:.72rem;overflow-wrap:anywhere;min-width:10rem}
        .tools{display:none;gap:.8rem;align-items:center;flex-wrap:wrap;margin:.6rem 0;position:sticky;top:0;\
        background:var(--paper);padding:.6rem 0;z-index:1}
        .scripted .tools{display:flex}
        .tools input{font:inherit;font-size:.9rem;padding:.45rem .7rem;border:1px solid var(--line);\
        border-radius:.4rem;background:var(--card);color:var(--ink);flex:1 1 20rem;min-width:0}
        .tools button{font:inherit;font-size:.85rem;padding:.45rem .8rem;border:1px solid var(--line);\
        border-radius:.4rem;background:var(--card);color:var(--ink);cursor:pointer}
        th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;font-weight:600}
        th[aria-sort=ascending] button::after{content:" \\2191"}
        th[aria-sort=descending] button::after{content:" \\2193"}
        .gone{display:none}
        .foot{margin-top:4rem;padding-bottom:3rem;color:var(--soft);font-size:.84rem;border-top:1px solid var(--line);\
        padding-top:1rem}
        @media (max-width:44rem){main,.top,.foot{padding-left:1rem;padding-right:1rem}h1{font-size:1.45rem}\
        .verdict{grid-template-columns:1fr;gap:.4rem}.verdict .word{font-size:1.6rem}\
        dl.figures{grid-template-columns:1fr 1fr}th,td{padding:.45rem .6rem}\
        table.findings{min-width:0}table.findings thead{display:none}\
        table.findings tr{display:block;border-top:1px solid var(--line);\
        padding:.5rem .3rem}table.findings td,table.findings th{display:block;border:0;padding:.1rem .6rem;\
        text-align:left;white-space:normal}}
        @media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;\
        --faint:#f4f4f4;--accent:#000;--pass:#0a6b3d;--passbg:#fff;--fail:#a3161f;--failbg:#fff;\
        --doubt:#7a4b00;--doubtbg:#fff}\
        body{font-size:10pt}.tools,.skip,.scripted .tools{display:none}.scroll{overflow:visible;border-radius:0}\
        thead{display:table-header-group}tr{break-inside:avoid}h2,h3{break-after:avoid}\
        details>*{display:revert}details::details-content{content-visibility:visible;display:block}\
        table{font-size:8pt}table.findings{min-width:0}.w1,.w4{width:21%}.w2{width:10%}.w3{width:12%}\
        th,td{padding:.25rem .4rem}a{text-decoration:none}@page{margin:14mm;\
        @bottom-right{content:counter(page) " / " counter(pages)}}}
        """
}
