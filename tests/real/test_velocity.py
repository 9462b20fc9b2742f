"""The product's rendering of templates against the real Velocity 1.7: the same text, or both refuse.

Which Velocity an IdentityIQ brings is not known; that it is a 1.x is expected.
"""

from __future__ import annotations

import json
from typing import Any

from tests.real import velocity
from tests.real.velocity import FAILED, VALUES, rendered
from wizard.identityiq.templates.rendering import in_worker

TEMPLATES = (
    "US$! and",
    "a $!@ b",
    "$!{ x",
    "$ { x",
    '#w("x")#macro(w $a)<$a>#end',
    '#macro(w $a)1#end#macro(w $a)2#end#w("x")',
    '#if($u)#macro(w $a)<$a>#end#end#w("x")',
    "#set($d = '#macro(q)Q#end#q()')#evaluate($d)",
    "#foreach($i in $l)#macro(w $a)<$a>#end#w($i)#end",
    "#foreach($i in $l)$#end",
    "$s(s) $l.size()(s)",
    "#if($s)a#end-b",
    "a $#if($s)b#end",
    "a$#set($x=1)b",
    "$m.k##c\n$s",
    "$s##c\nx",
    "#endless #setx #set-x #stopx",
    "#END #Else",
    "100$#end",
    "$foo.bar.baz(1).x y",
    "#if($s.equals('text') && !$l.isEmpty())yes#end",
    "#foreach($i in $l)$i#break,#end#stop.x",
    '#macro(a $p-q $r)$p-q $r#end#a("x" $s)',
    "#foreach($i-j in $l)$i-j#end $s-$s",
    "$s-x $s- ${s}-x",
    "#if($e)T#{else}F#end #if($z)T#{else}F#end #if($el)T#{else}F#end #if($u)T#{else}F#end",
    "#if($u == null)T#{else}F#end",
    '#if($s == "text")T#end #if($n == "3")T#{else}F#end #if($n == 3)T#end',
    "#set($x = $u)$x",
    '#set($x = "1")#set($x = $u)$x',
    '#set($x = $s + 1)$x #set($y = 7 / 2)$y #set($y = -7 / 2)$y #set($w = "a" + "b")$w',
    "\\$s \\$u \\\\$s",
    "$t $f $l $m $d",
    "#foreach($i in $l)$velocityCount:$foreach.count:$foreach.index:$foreach.hasNext:$i #end",
    "#foreach($i in $s)x#end|#foreach($i in $u)x#end|#foreach($i in $m)$i #end|#foreach($i in [1..3])$i#end",
    "#foreach($i in $n)x#end",
    '#nomacro("x") #nomacro',
    '#macro(a $p)<$p>#end#a("x")#a()#a("x" "y")',
    "#IF($s)x#end",
    "#end",
    "#if($s)",
    "  #if($s)\n  yes\n  #else\n  no\n  #end\nend",
    "a\n #set($q=1)\nb",
    "#foreach($i in $l)\n - $i\n#end\nend",
    "## comment\nx #* multi\n line *#\ny",
    "#[[ $s ]]#",
    "$s.length() $s.toUpperCase() $s.substring(0,2) $s.foo $s.foo() $!s.foo() $s.class.name",
    "$m.k $m.get(\"k\") $m['k'] $m.x $!m.x $l.get(0) $l[0] $l.size() $l.isEmpty() $l.empty $m.size() $m.keySet() $m.entrySet()",
    "#foreach($x in $m.entrySet())$x.key=$x.value#end #foreach($x in $m.keySet())$x#end",
    "#set(${x} = 1)$x",
    '#set($m.z = "q")$m.z #set($m["y"] = 1)$m',
    "#foreach($i in $l)$i#break#end",
    "$u.foo.bar ${u} ${u.foo} $!u $!{u} $!u.foo",
    '#evaluate("$s")',
    "#define($b)hi $s#end$b",
    "#if(!$u)T#end #if(not $s)T#{else}F#end #if($s && $u)T#{else}F#end #if($s and !$u)T#end",
    '#if($s eq "text")T#end #if($n gt 2)T#end #if($n > "2")T#{else}F#end',
    "#color #ff0000 #fff; a # b",
    "user@example.com costs $5.00 $ 5 US$",
    "${s text",
    "$s.",
    "$s.length( ",
    "#foreach($i in $l",
    "#set($x = 'a $s')$x #set($x = \"a $s\")$x",
    '$s.replaceAll("t","#") $s.equals("text") $s.indexOf("x") $s.contains("ex") $s.split("e").size()',
    "#macro(r $p)$p#r($p)#end",
    '#set($a = [1,2,"x"])$a $a.get(0) #set($h = {"a":1})$h $h.a',
    '#if($n == 3.0)T#{else}F#end #if($n != 4)T#end #if("$!u" == "")T#end #if("$!u" != "")T#{else}F#end',
    "#stop after",
    '#include("x")',
    '#parse("x")',
    "#set($x = $n * 2)$x #set($x=$n%2)$x #set($x = $n - 5)$x #set($x = $u + 1)$x",
    '$l.add("c") $m.put("a","b")',
    "#if ($s)x#end #if( $s )y#elseif($e)z#end #else",
    "${s}text $s_x $sx ${s}.x",
    '#set( $x = "it\'s" )$x #set($x=\'say "hi"\')$x #set($x="a\\"b")$x',
    "$n.class $n.toString() $t.toString() $date.foo",
    "a #if you",
    "a #if",
    "#foreach is",
    "${ foo}",
    "$_x ${_x} $x_ $-x",
    "#set ($q = 1)$q #set( $q=2 )$q",
    "#foreach(${i} in $l)$i#end",
    "#foreach($i in $l) $i #end after $i",
    "#{if}($s)x#{else}y#{end} #{foreach}($i in $l)$i#{end}",
    "#macro(a $p)$p#end#a($u)",
    "#macro(b $p)$!p#end#b($u)",
    '#macro(c $p)[#set($p = "z")$p]#end#set($v = "q")#c($v)$v',
    "#macro(d)D#end#d #d()",
    "#foreach($i in [1..2])#set($k = $i)#end$k",
    "\\#if($s) \\#foo \\# a \\\\#if($s)x#end",
    "#set($p = 1 + 2 * 3)$p #set($p = (1 + 2) * 3)$p #set($p = 5 / 0)$p",
    "#if($s.length() > 3 && $n < 5 || $u)T#end",
    "#if($d > 1)T#end #if($d == 1.5)T#end #set($r = $d + $n)$r",
    '#if($e == "")T#end #if("" == $e)T#end #if($l.size() > 0)T#end',
    "#set($x = true)$x #set($x = [])$x #set($x = {})$x #set($x = -1)$x",
    '$m.k.length() $m.containsKey("k") $m.values() $m.isEmpty() $m.empty',
    "#foreach($x in $m.entrySet())$x.key $x.getKey() $x.getValue()#end",
    "\"$s\" '$s' ($s) [$s] <$s> $s, $s; $s: $s! $s? $s. $s/ $s@$s $$s $!$s",
    '#set($x = "$s.length()")$x #set($x = "#if($s)y#end")$x',
    "#set($foo-bar = 1)$foo-bar",
    "#foreach($i in $l)$i#if($foreach.hasNext), #end#end #foreach($i in $l)$i#if($velocityHasNext), #end#end",
    "$l.get(7)",
    "$s.substring(9)",
    "#if($s != $u)T#{else}F#end #if($u == $u)T#{else}F#end #if($u > 1)T#{else}F#end",
    '#if($n == $d)T#{else}F#end #if($s > "a")T#{else}F#end',
    "\\\\\\$s \\\\\\\\$s \\$s.foo \\${s} \\$!s \\$!u \\$m.k",
    'x #set($a1 = "v") y',
    'x\n  #set($a1 = "v")  \n y',
    "  #if($s)  \n  x\n  #end  \nz",
    "a #if($s)\nx\n#end\nz",
    "a ## c\nb",
    "a #* c *#\nb",
    "#foreach($i in $l)$i\n#end",
    "#foreach ( $i in $l )$i#end",
    "$foreach.index x",
    "#set($i = 5)#foreach($i in $l)$i#end$i",
    "#stop",
    "a#stop()b",
    "a$b$s.",
    '#macro(w $p)\n  <$p>\n#end\n#w("x")\nend',
    "#define($b)\nhi\n#end\n$b",
    "$s[0] $m[k] $l[5]",
    '#set($l[0] = "z")$l #set($s.foo = 1)x',
    "$d.intValue() $n.intValue() $n.compareTo(3) $t.booleanValue()",
    "#if($s)a#elseif b#end",
    "price $10 and $a_b-c.d",
    "#set($a1=1) #set($b1=2)x",
    "  #set($a1=1)x",
    "$s\n #set($a1=1)x",
    "$s\n#set($a1=1)\nx",
    "#if($s) #set($a1=1)x#end",
    '#if($u != $v)T#{else}F#end #if($u == $v)T#{else}F#end #if($u == "")T#{else}F#end',
    '#set($x = "a\\tb")$x',
    "#set($x = 'it''s')$x",
    '#set($x = "US$")$x',
    '#set($x = "say ""hi""")$x',
    "$s #if($s)x#end $s #foreach($i in $l)$i#end",
    "US$\n",
    "${",
    "$!{",
    '#set($x = "#if")$x',
    "#nomacro($s) #nomacro( $s ) text",
    "#if($s)#end #if($s)#else#end",
    "#if(true)T#end #if(false)T#{else}F#end",
    '<p style="color:#333">$s</p>&nbsp;#1 # 5 #',
    '<a href="mailto:x@example.com?subject=$s">$s</a>',
    "<style>\n#main { color: #fff }\n.x{y:$z}\n</style>",
    "#set($x = $s.length() + 1)$x",
    '#set($list = ["a","b"])#foreach($q in $list)$q#if($foreach.last)!#end#end',
    "#foreach($i in $l)#foreach($j in $l)$foreach.parent.index$i$j #end#end",
    "#foreach($i in [])x#else none #end",
    "#set($x = 1.5 + 1)$x #set($x = 3 / 2.0)$x #set($x=10 % 3)$x",
    "#if($s && !$u && ($n > 2 || $z < 0))T#end",
    "#if( $n>=3 )T#end#if($n<=3)T#end#if($n lt 4)T#end#if($n != 3)F#end",
    '$l.size() $l.get(1) ${l.size()} ${m.get("k")} $!{m.get("none")} ${m.none}',
    '#macro(g $a1 $b1)$a1-$b1#end #g("x" 1) #g("x", 2) #g($s $n)',
    '$s.replace("t","T") $s.replaceAll("(e)","<$1>") $s.replaceFirst("t","")',
    '$s.split("x").get(0) $s.indexOf("t",1) $s.endsWith("t") $s.matches("t.*") $s.compareTo("text")',
    '#set($d1 = {"k":"v","w":["x"]})$d1.w.get(0) $d1.size()',
    "#* unclosed",
    "#if($s)a#elseif($n)b#else c#end",
    '#set($x = !$u)$x #set($x = $n > 2)$x #set($x = $n == 3 && $s == "text")$x',
    "#set($s2 = $s)$s2.length() #set($x = [$s,$n])$x #set($x = [1..$n])$x",
    '#foreach($i in ["a","b"])$i,#end #foreach($k in {"a":1})$k#end',
    "#break",
    "$s.Length() $s.foo.bar $m.K",
    '#set( $x = $m.get("nope") )[$x]',
    "#if ( $s == 'text' ) yes #else no #end",
    "a#end",
    "#else",
    "#if($s",
    "#if $s x #end",
    "#set($x)",
    "#set($x = )",
    "#set(x = 1)",
    "#foreach(i in $l)$i#end",
    "#elseif($s)",
    "#if($s)a",
    "$s(1) $s{1} $s[a",
    "#if($s == )x#end",
    '#if($s = "a")x#end',
    "#macro(z)",
    "#macro()x#end",
    '#set($x = "abc)',
    "#set($x = 1 +)",
    "#if(!)x#end",
    "#if(())x#end",
    "#end$s",
    '$s.equalsIgnoreCase("TEXT") $s.trim() $s.charAt(1) $s.lastIndexOf("t") $s.concat("x") $s.isEmpty() $s.empty',
    "Dear $s,\n\n#foreach($i in $l)\n  * $i#if($foreach.hasNext),#end\n\n#end\nBye ${s}.\n",
    "#set($count = 0)\n#foreach($i in $l)\n#set($count = $count + 1)\n#end\nThere are $count.\n",
    '<html>\n<style>p { color: #336699; }</style>\n#if($m.k == "v")<b>$m.k</b>#else<i>none</i>#end\n</html>\n',
    '#macro(row $a $b)\n<tr><td>$a</td><td>$!b</td></tr>\n#end\n#row("x" $s)\n#row($n $u)\n',
)
# What airspeed and the tables of ways.py do not know, or where Velocity 1.7 itself is odd: each with its reason.
DIFFERENT = {
    "#macro(a)x#end#@a()body#end": "macros with a body (#@name) are refused here",
    '$s.format("%s", "x")': "String.format is not imitated; the lint says so",
    "#foreach($i $l)$i#end": "Velocity takes it without a word and prints nothing; here it is an error, which helps more",
}


async def outcomes(templates: tuple[str, ...]) -> tuple[list[str | None], list[str | None]]:
    """What the real Velocity and the product make of the same templates."""
    why = velocity.missing()
    assert not why, f"CI must run Velocity: {why}"
    jobs = [{"texts": {"body": one}, "arguments": [], "given": VALUES} for one in templates]
    ours = [_outcome(answer) for answer in await in_worker(jobs)]
    return await rendered(templates), ours


def _outcome(answer: dict[str, Any] | None) -> str | None:
    assert answer is not None, "the worker gave no answer"
    body = answer["body"]
    stopped = [one for one in body["problems"] if one["kind"] in ("syntax", "evaluation", "too-much")]
    return FAILED if stopped else str(body["text"])


async def test_every_template_renders_as_velocity_renders_it() -> None:
    real, ours = await outcomes(TEMPLATES)
    differing = [
        f"{one!r}\n   Velocity: {theirs!r}\n   here:     {here!r}"
        for one, theirs, here in zip(TEMPLATES, real, ours, strict=True)
        if theirs != here
    ]
    assert not differing, "\n".join(differing)


async def test_what_is_listed_as_different_still_is() -> None:
    real, ours = await outcomes(tuple(DIFFERENT))
    same = [one for one, theirs, here in zip(DIFFERENT, real, ours, strict=True) if theirs == here]
    assert not same, f"no longer different, so take them out of the list: {json.dumps(same)}"
