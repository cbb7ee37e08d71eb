"""Invoices published elsewhere: in BOLT 11 (all signed by one key) and in the plane's specification."""

from __future__ import annotations

PAYEE = "03e7156ae33b0a208d0744199163177e909e80176e55d97a2f221ede0f934dd9ad"
SECRET_KEY = "e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734"
PAYMENT_HASH = "0001020304050607080900010203040506070809000102030405060708090102"
PAYMENT_SECRET = "11" * 32
DESCRIPTION_HASH = "3925b6f67e2c340036ed12093dd44e0368df1b6ea26c53dbe4811f58fd5db8c1"
TIMESTAMP = 1496314658

_P = "pp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypq"
_S = "sp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygs"
_H = "hp58yjmdan79s6qqdhdzgynm4zwqd5d7xmw5fk98klysy043l2ahrqs"

DONATION = (
    f"lnbc1pvjluez{_S}{_P}dpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93"
    "dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql"
)
DONATION_HIGH_S = (
    f"lnbc1pvjluez{_S}{_P}dpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93"
    "dj32dlqnls087fxdwk8qakdyafkq3yap2r09nt4ndd0unm3z9u5t48y6ucv4r5sg7lk98c77ctvjczkspk5qprc90gx"
)
COFFEE = (
    f"lnbc2500u1pvjluez{_S}{_P}dq5xysxxatsyp3k7enxv4jsxqzpu9qrsgquk0rl77nj30yxdy8j9vdx85fkpmdla2087ne0xh8nhedh8w27kyk"
    "e0lp53ut353s06fv3qfegext0eh0ymjpf39tuven09sam30g4vgpfna3rh"
)
NONSENSE = (
    f"lnbc2500u1pvjluez{_S}{_P}dpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpu9qrsgqhtjpauu9ur7fw2thcl4y9vfvh4m9wlfyz2gem29g"
    "5ghe2aak2pm3ps8fdhtceqsaagty2vph7utlgj48u0ged6a337aewvraedendscp573dxr"
)
HASHED = (
    f"lnbc20m1pvjluez{_S}{_P}{_H}9qrsgq7ea976txfraylvgzuxs8kgcw23ezlrszfnh8r6qtfpr6cxga50aj6txm9rxrydzd06dfeawfk6swup"
    "vz4erwnyutnjq7x39ymw6j38gp7ynn44"
)
TESTNET = (
    f"lntb20m1pvjluez{_S}{_H}{_P}fpp3x9et2e20v6pu37c5d9vax37wxq72un989qrsgqdj545axuxtnfemtpwkc45hx9d2ft7x04mt8q7y6t0"
    "k2dge9e7h8kpy9p34ytyslj3yu569aalz2xdk8xkd7ltxqld94u8h2esmsmacgpghe9k8"
)
ROUTED = (
    f"lnbc20m1pvjluez{_S}{_P}{_H}fpp3qjmp7lwpagxun9pygexvgpjdc4jdj85fr9yq20q82gphp2nflc7jtzrcazrra7wwgzxqc8u7754cdlp"
    "frmccae92qgzqvzq2ps8pqqqqqqpqqqqq9qqqvpeuqafqxu92d8lr6fvg0r5gv0heeeqgcrqlnm6jhphu9y00rrhy4grqszsvpcgpy9qqqqqqgqq"
    "qqq7qqzq9qrsgqdfjcdk6w3ak5pca9hwfwfh63zrrz06wwfya0ydlzpgzxkn5xagsqz7x9j4jwe7yj7vaf2k9lqsdk45kts2fd0fkr28am0u4w95"
    "tt2nsq76cqw0"
)
P2SH = (
    f"lnbc20m1pvjluez{_S}{_H}{_P}fppj3a24vwu6r8ejrss3axul8rxldph2q7z99qrsgqz6qsgww34xlatfj6e3sngrwfy3ytkt29d2qttr8qz"
    "2mnedfqysuqypgqex4haa2h8fx3wnypranf3pdwyluftwe680jjcfp438u82xqphf75ym"
)
P2WPKH = (
    f"lnbc20m1pvjluez{_S}{_H}{_P}fppqw508d6qejxtdg4y5r3zarvary0c5xw7k9qrsgqt29a0wturnys2hhxpner2e3plp6jyj8qx7548zr2z"
    "7ptgjjc7hljm98xhjym0dg52sdrvqamxdezkmqg4gdrvwwnf0kv2jdfnl4xatsqmrnsse"
)
P2WSH = (
    f"lnbc20m1pvjluez{_S}{_H}{_P}fp4qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q9qrsgq9vlvyj8cqvq6ggvpwd53jn"
    "cp9nwc47xlrsnenq2zp70fq83qlgesn4u3uyf4tesfkkwwfg3qs54qe426hp3tz7z6sweqdjg05axsrjqp9yrrwc"
)
PICO = (
    "lnbc9678785340p1pwmna7lpp5gc3xfm08u9qy06djf8dfflhugl6p7lgza6dsjxq454gxhj9t7a0sd8dgfkx7cmtwd68yetpd5s9xar0wfjn5gpc8"
    "qhrsdfq24f5ggrxdaezqsnvda3kkum5wfjkzmfqf3jkgem9wgsyuctwdus9xgrcyqcjcgpzgfskx6eqf9hzqnteypzxz7fzypfhg6trddjhygrcyqe"
    "zcgpzfysywmm5ypxxjemgw3hxjmn8yptk7untd9hxwg3q2d6xjcmtv4ezq7pqxgsxzmnyyqcjqmt0wfjjq6t5v4khxsp5zyg3zyg3zyg3zyg3zyg3z"
    "yg3zyg3zyg3zyg3zyg3zyg3zyg3zygsxqyjw5qcqp2rzjq0gxwkzc8w6323m55m4jyxcjwmy7stt9hwkwe2qxmy8zpsgg7jcuwz87fcqqeuqqqyqqq"
    "qlgqqqqn3qq9q9qrsgqrvgkpnmps664wgkp43l22qsgdw4ve24aca4nymnxddlnp8vh9v2sdxlu5ywdxefsfvm0fq3sesf08uf6q9a2ke0hc9j6z6w"
    "lxg5z5kqpu2v9wz"
)
FEATURE_99 = (
    f"lnbc25m1pvjluez{_P}dq5vdhkven9v5sxyetpdees{_S}9q5sqqqqqqqqqqqqqqqqsgq2a25dxl5hrntdtn6zvydt7d66hyzsyhqs4wdynavys"
    "42xgl6sgx9c4g7me86a27t07mdtfry458rtjr0v92cnmswpsjscgt2vcse3sgpz3uapa"
)
FEATURE_100 = (
    f"lnbc25m1pvjluez{_P}dq5vdhkven9v5sxyetpdees{_S}9q4psqqqqqqqqqqqqqqqqsgqtqyx5vggfcsll4wu246hz02kp85x4katwsk9639we"
    "5n5yngc3yhqkm35jnjw4len8vrnqnf5ejh0mzj9n3vz2px97evektfm2l6wqccp3y7372"
)
METADATA = (
    f"lnbc10m1pvjluez{_P}dp9wpshjmt9de6zqmt9w3skgct5vysxjmnnd9jx2mq8q8a04uq{_S}9q2gqqqqqqsgq7hf8he7ecf7n4ffphs6awl9t"
    "6676rrclv9ckg3d3ncn7fct63p6s365duk5wrk202cfy3aj5xnnp5gs3vrdvruverwwq7yzhkf5a3xqpd05wjc"
)

_OLD_NONSENSE = (
    f"lnbc2500u1pvjluez{_P}dpquwpc4curk03c9wlrswe78q4eyqc7d8d0xqzpuyk0sg5g70me25alkluzd2x62aysf2pyy8edtjeevuv4p2d5p7"
    "6r4zkmneet7uvyakky2zr4cusd45tftc9c5fh0nnqpnl2jfll544esqchsrn"
)
INVALID = {
    "bad_checksum": f"{_OLD_NONSENSE}t",
    "no_separator": f"{_OLD_NONSENSE}y".removeprefix("lnbc2500u1"),
    "mixed_case": f"{_OLD_NONSENSE}y".replace("lnbc", "LNBC"),
    "bad_signature": (
        f"lnbc2500u1pvjluez{_P}dq5xysxxatsyp3k7enxv4jsxqzpu{_S}9qrsgqwgt7mcn5yqw3yx0w94pswkpq6j9uh6xfqqqtsk4tnarugeek"
        "td4hg5975x9am52rz4qskukxdmjemg92vvqz8nvmsye63r5ykel43pgz7zq0g2"
    ),
    "too_short": f"lnbc1pvjluez{_P}dpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6na6hlh",
    "bad_multiplier": (
        f"lnbc2500x1pvjluez{_P}dq5xysxxatsyp3k7enxv4jsxqzpu{_S}9qrsgqrrzc4cvfue4zp3hggxp47ag7xnrlr8vgcmkjxk3j5jqethnum"
        "gkpqp23z9jclu3v0a7e0aruz366e9wqdykw6dxhdzcjjhldxq0w6wgqcnu43j"
    ),
    "sub_msat_precision": (
        f"lnbc2500000001p1pvjluez{_P}dq5xysxxatsyp3k7enxv4jsxqzpu{_S}9qrsgq0lzc236j96a95uv0m3umg28gclm5lqxtqqwk32uuk4k"
        "6673k6n5kfvx3d2h8s295fad45fdhmusm8sjudfhlf6dcsxmfvkeywmjdkxcp99202x"
    ),
    "missing_payment_secret": (
        f"lnbc20m1pvjluez{_P}{_H}9qrsgq7ea976txfraylvgzuxs8kgcw23ezlrszfnh8r6qtfpr6cxga50aj6txm9rxrydzd06dfeawfk6swupv"
        "z4erwnyutnjq7x39ymw6j38gp49qdkj"
    ),
}
"""Reason by which each is refused -> text; BOLT 11's own examples of what a reader must refuse."""

SIM_COFFEE = (
    "lnbcrt450n1p5e30kspp5kwgq893dfzdpvgf6ark43rnz2el2c2skj6zhqztl8vjhy2g9yqsqsp56erymgglt89g4jwfxsn3cv2cwlw2grqm92sszt8"
    "h043aj248xvfqdqswd5k6grrdanxvet9xqrrsscqpj9qrsgqu5ngt46kgfhr07qgkc967fd44x09cxptx0wdrcalm44r08j5ha4kmpm8fl4h4uxw6vg"
    "mtje68fen9ryd73a0nd6skekjnxym3zwxfxqpk3rzjy"
)
"""The example of lightning 8.4."""
