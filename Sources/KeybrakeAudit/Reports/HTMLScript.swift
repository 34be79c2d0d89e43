/// The script of a report: filter, sort, permalinks and copying. The report is complete without it.
enum HTMLScript {
    static let text = """
        "use strict";(()=>{
        const root=document.documentElement,box=document.getElementById("filter"),told=document.getElementById("told");
        root.classList.add("scripted");
        const rows=[...document.querySelectorAll("tr[data-c]")];
        const open=e=>{for(let p=e;p;p=p.parentElement)if(p.tagName==="DETAILS")p.open=true};
        const follow=()=>{const e=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if(e){open(e.parentElement);const d=e.querySelector("details.ev");if(d)d.open=true;e.scrollIntoView()}};
        const parse=q=>q.trim().split(/\\s+/).filter(Boolean).map(w=>{
        let m=/^(check|conv|severity):(.+)$/i.exec(w);
        if(m){const k={check:"c",conv:"v",severity:"s"}[m[1].toLowerCase()],v=m[2].toLowerCase();
        return r=>(r.dataset[k]||"").toLowerCase().startsWith(v)}
        m=/^amount([<>])(\\d+(?:\\.\\d+)?)$/i.exec(w);
        if(m){const n=+m[2];return r=>r.dataset.a!==undefined&&(m[1]===">"?+r.dataset.a>n:+r.dataset.a<n)}
        const t=w.toLowerCase();return r=>r.textContent.toLowerCase().includes(t)});
        const apply=()=>{const tests=parse(box.value);let n=0;
        for(const r of rows){const ok=tests.every(t=>t(r));r.classList.toggle("gone",!ok);if(ok)n++;}
        for(const g of document.querySelectorAll("details.more")){
        const any=g.querySelector("tr[data-c]:not(.gone)");g.classList.toggle("gone",!any);
        if(tests.length&&any)g.open=true}
        for(const s of document.querySelectorAll("section.check"))
        s.classList.toggle("gone",!s.querySelector("tr[data-c]:not(.gone)"));
        told.textContent=tests.length?n+" of "+rows.length+" findings shown":""};
        if(box){let wait;box.addEventListener("input",()=>{clearTimeout(wait);
        wait=setTimeout(apply,rows.length>5000?250:0)});
        document.getElementById("copy").addEventListener("click",async()=>{
        const cell=t=>{t=t.replace(/\\s+/g," ").trim();if(/^[=+\\-@]/.test(t))t="'"+t;
        return '"'+t.replace(/"/g,'""')+'"'};
        const text=rows.filter(r=>!r.classList.contains("gone")).map(r=>[r.dataset.c,r.dataset.s,...[...r.children].map(
        c=>c.dataset.t||c.firstChild&&c.textContent.split("\\u2003")[0]||"")].map(cell).join(",")).join("\\n");
        try{await navigator.clipboard.writeText(text);told.textContent="copied"}
        catch{told.textContent="copying is not allowed here"}})}
        const key=c=>{const v=c.dataset.k;return v!==undefined?+v:c.textContent.trim().toLowerCase()};
        for(const th of document.querySelectorAll("table.sortable thead th")){
        const b=document.createElement("button");b.type="button";b.append(...th.childNodes);th.append(b);
        b.addEventListener("click",()=>{const i=[...th.parentNode.children].indexOf(th),
        down=th.getAttribute("aria-sort")==="ascending";
        for(const o of th.parentNode.children)o.removeAttribute("aria-sort");
        th.setAttribute("aria-sort",down?"descending":"ascending");
        const body=th.closest("table").tBodies[0];
        [...body.rows].map((r,n)=>[key(r.children[i]),n,r])
        .sort((x,y)=>(x[0]<y[0]?-1:x[0]>y[0]?1:x[1]-y[1])*(down?-1:1))
        .forEach(x=>body.append(x[2]))})}
        addEventListener("hashchange",follow);follow();
        addEventListener("beforeprint",()=>{for(const d of document.querySelectorAll("details"))d.open=true});
        })();
        """
}
