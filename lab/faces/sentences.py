"""Sentences, and what a picture of each has to show, by the report's rows.

The report is of `sentences`, which nothing was tuned on. What `seen` showed was mended: its second portraits are
better than they would be otherwise.
"""

ROWS = (
    "gender", "age", "skin", "glasses", "length", "smile", "hair", "facial", "hat", "clothes",
)  # fmt: skip

# text | row=what is to be seen; ...
_SEEN = """
Блондинка в голубой кофте шла по улице. | gender=f; hair=blond; clothes=lightblue
Рыжий бородатый мужчина в чёрном костюме ждал у входа. | gender=m; hair=red; facial=beard; clothes=black
Старушка в очках и синем платке сидела на лавке. | gender=f; age=old; glasses=yes; hat=scarf
Лысый мужчина в зелёной футболке улыбался. | gender=m; facial=bald; clothes=green; smile=yes
Девушка с длинными чёрными волосами смотрела в окно. | gender=f; age=young; length=long; hair=black
Седой профессор в сером пиджаке читал лекцию. | gender=m; hair=grey; clothes=grey
Мальчик в красной шапке лепил снеговика. | gender=m; age=child; hat=beanie
Темнокожая женщина с короткими кудрявыми волосами засмеялась. | gender=f; skin=dark; length=short; smile=yes
Усатый повар в белой рубашке вышел из кухни. | gender=m; facial=moustache; clothes=white
Рыжая девушка в веснушках и жёлтом свитере махнула рукой. | gender=f; hair=red; clothes=yellow
Мужчина лет сорока в тёмных очках курил у машины. | gender=m; age=middle; glasses=dark
Пожилая дама с седыми волосами и в фиолетовой блузке пила чай. | gender=f; age=old; hair=grey; clothes=purple
Брюнет с щетиной и в белой футболке чинил велосипед. | gender=m; hair=black; facial=stubble; clothes=white
Молодая женщина в широкополой шляпе улыбнулась прохожему. | gender=f; age=young; hat=brim; smile=yes
Старик с длинной белой бородой опирался на палку. | gender=m; age=old; facial=beard
Шатенка в красном платье танцевала. | gender=f; hair=brown; clothes=red
Парень в чёрной кепке слушал музыку. | gender=m; age=young; hat=cap
Девочка со светлыми волосами держала котёнка. | gender=f; age=child; hair=blond
Азиатка с прямыми чёрными волосами поправила очки. | gender=f; hair=black; glasses=yes
Смуглый мужчина без бороды в оранжевой рубашке торговал фруктами. | gender=m; facial=none; clothes=orange
Женщина средних лет с короткой стрижкой вела машину. | gender=f; age=middle; length=short
Грустный мужчина в синем свитере сидел один. | gender=m; smile=no; clothes=blue
Студентка в круглых очках и зелёном худи делала записи. | gender=f; glasses=yes; clothes=green
Белокурый юноша играл на скрипке. | gender=m; age=young; hair=blond
Темноволосая женщина без улыбки стояла у двери. | gender=f; hair=dark; smile=no
Дедушка в коричневой шляпе кормил голубей. | gender=m; age=old; hat=brim
Кареглазая брюнетка в розовом платье ждала подругу. | gender=f; hair=black; clothes=pink
Плотный лысеющий мужчина с усами считал деньги. | gender=m; facial=moustache
Девушка с каштановыми волосами до плеч и в белой блузке открыла дверь. | gender=f; hair=brown; length=medium; clothes=white
Африканец в жёлтой футболке смеялся. | gender=m; skin=dark; clothes=yellow; smile=yes
Женщина в чёрном пальто и вязаной шапке бежала за автобусом. | gender=f; clothes=black; hat=beanie
Мужчина с бородкой и в очках писал код. | gender=m; facial=beard; glasses=yes
Русая девушка в сером свитере грустила. | gender=f; hair=brown; clothes=grey; smile=no
Бритый наголо парень в красной куртке сел за стол. | gender=m; facial=bald; clothes=red
Бабушка с белыми волосами пекла пироги и улыбалась. | gender=f; age=old; hair=grey; smile=yes
Подросток в бейсболке катался на скейте. | age=teen; hat=cap
Светловолосый мужчина с рыжей бородой рубил дрова. | gender=m; hair=blond; facial=beard
Женщина с распущенными рыжими волосами пела. | gender=f; hair=red; length=long
Молодой человек в синем костюме и при галстуке вошёл в зал. | gender=m; age=young; clothes=blue
Кудрявая девушка в чёрной майке танцевала у сцены. | gender=f; clothes=black
Мужчина в бежевом свитере и очках читал газету. | gender=m; glasses=yes; clothes=beige
Темнокожий старик с седой бородой молчал. | gender=m; skin=dark; age=old; facial=beard
Блондин без очков в бордовой рубашке пил кофе. | gender=m; hair=blond; glasses=no; clothes=red
Женщина в солнечных очках загорала. | gender=f; glasses=dark
Длинноволосый парень с гитарой улыбался. | gender=m; length=long; smile=yes
Девушка в розовой шапке смеялась. | gender=f; hat=beanie; smile=yes
Седая женщина с короткими волосами в синей кофте поливала цветы. | gender=f; hair=grey; length=short; clothes=blue
Чернобородый мужчина в белой рубахе вёл коня. | gender=m; facial=beard; clothes=white
Загорелая женщина в зелёном платье сошла с корабля. | gender=f; clothes=green
Малыш с голубыми глазами смеялся. | age=child; smile=yes
Мужчина в клетчатой рубашке и ковбойской шляпе седлал лошадь. | gender=m; hat=brim
Рыжеволосая женщина в очках и чёрном пиджаке вела совещание. | gender=f; hair=red; glasses=yes; clothes=black
Молодой мужчина с тёмными кудрями нахмурился. | gender=m; age=young; hair=dark; smile=no
Тётка в белом платке продавала молоко. | gender=f; hat=scarf
Худой юноша в фиолетовой толстовке рисовал. | gender=m; age=young; clothes=purple
Пожилой мужчина с усами и в очках играл в шахматы. | gender=m; age=old; facial=moustache; glasses=yes
Шатен с короткими волосами и в серой футболке поднял руку. | gender=m; hair=brown; length=short; clothes=grey
Девушка с чёлкой и в оранжевом свитере ела мороженое. | gender=f; clothes=orange
Смуглая женщина с длинными волосами в белом платье вышла на балкон. | gender=f; length=long; clothes=white
Капитан с седой бородой и в фуражке смотрел на море. | gender=m; facial=beard; hat=cap
Светлая девочка в красном платье прыгала через скакалку. | gender=f; age=child; clothes=red
Женщина с ярко накрашенными губами и чёрными волосами курила. | gender=f; hair=black
Безбородый блондин в голубой рубашке загорал. | gender=m; facial=none; hair=blond; clothes=lightblue
Мужчина с длинной рыжей бородой и лысиной пил пиво. | gender=m; facial=beard
"""

_LISTED = """
Светловолосая женщина в синей рубашке вошла в кабинет. | gender=f; hair=blond; clothes=blue
Рыжебородый моряк в чёрной шапке закурил трубку. | gender=m; facial=beard; hat=beanie
Старуха в тёмном платке перекрестилась. | gender=f; age=old; hat=scarf
Бритоголовый мужчина в белой рубашке ухмыльнулся. | gender=m; facial=bald; clothes=white; smile=yes
Длинноволосая девушка в зелёной футболке обернулась. | gender=f; age=young; length=long; clothes=green
Седовласый судья в очках огласил приговор. | gender=m; hair=grey; glasses=yes
Девочка в розовой шапочке каталась на санках. | gender=f; age=child; hat=beanie
Чернокожий парень в красной футболке улыбнулся. | gender=m; skin=dark; clothes=red; smile=yes
Официант с усами и в чёрном жилете принёс меню. | gender=m; facial=moustache; clothes=black
Рыжая женщина с короткой стрижкой листала журнал. | gender=f; hair=red; length=short
Женщина лет тридцати пяти в тёмных очках села в такси. | gender=f; age=middle; glasses=dark
Старик с седыми волосами и в коричневом пиджаке дремал. | gender=m; age=old; hair=grey; clothes=brown
Темноволосый мужчина с небритым лицом и в серой куртке молчал. | gender=m; hair=black; facial=stubble; clothes=grey
Дама в белой шляпе с полями приподняла вуаль. | gender=f; hat=brim
Дед с бородой рассказывал сказку. | gender=m; age=old; facial=beard
Брюнетка в бордовом свитере разливала чай. | gender=f; hair=black; clothes=red
Молодой рабочий в синей кепке вытер лоб. | gender=m; age=young; hat=cap
Белокурая малышка засмеялась. | gender=f; age=child; hair=blond; smile=yes
Японка с чёрными волосами до плеч поклонилась. | gender=f; hair=black; length=medium
Гладко выбритый мужчина в голубой рубашке читал доклад. | gender=m; facial=none; clothes=lightblue
Полная женщина средних лет в очках улыбалась покупателям. | gender=f; age=middle; glasses=yes; smile=yes
Мрачный парень в чёрной толстовке смотрел под ноги. | gender=m; age=young; smile=no; clothes=black
Учительница в очках и сером пиджаке писала на доске. | gender=f; glasses=yes; clothes=grey
Светлый кудрявый мальчик грыз яблоко. | gender=m; age=child; hair=blond
Женщина с каштановыми волосами серьёзно слушала. | gender=f; hair=brown; smile=no
Пенсионер в клетчатой кепке и очках ждал автобус. | gender=m; age=old; hat=cap; glasses=yes
Черноволосая девушка в белой футболке пила сок. | gender=f; hair=black; clothes=white
Лысый толстяк в фиолетовой рубашке хохотал. | gender=m; facial=bald; clothes=purple; smile=yes
Смуглая девушка в оранжевом платке продавала манго. | gender=f; hat=scarf
Негр в очках и белой рубашке листал бумаги. | gender=m; skin=dark; glasses=yes; clothes=white
Лыжница в красной вязаной шапке смеялась. | gender=f; hat=beanie; smile=yes
Художник с козлиной бородкой держал кисть. | gender=m; facial=beard
Русоволосая женщина в бежевом пальто грустно смотрела на реку. | gender=f; hair=brown; clothes=beige; smile=no
Охранник в чёрной кепке зевнул. | gender=m; hat=cap
Улыбчивая бабушка в очках вязала. | gender=f; age=old; glasses=yes; smile=yes
Мальчишка в жёлтой футболке надул губы. | gender=m; age=child; clothes=yellow; smile=no
Блондин с бородой пил воду. | gender=m; hair=blond; facial=beard
Девушка с длинными рыжими волосами танцевала. | gender=f; hair=red; length=long
Старшеклассник в синем свитере решал задачу. | gender=m; age=teen; clothes=blue
Певица с пышными кудрявыми чёрными волосами взяла микрофон. | gender=f; hair=black
Мужчина средних лет в зелёном свитере и очках чинил часы. | gender=m; age=middle; glasses=yes; clothes=green
Темнокожая старушка улыбнулась. | gender=f; skin=dark; age=old; smile=yes
Светловолосый юноша без очков в красной рубашке играл на гитаре. | gender=m; hair=blond; glasses=no; clothes=red
Девушка в солнечных очках и белой майке ела арбуз. | gender=f; glasses=dark; clothes=white
Мужчина с длинными чёрными волосами закрыл глаза. | gender=m; length=long; hair=black
Женщина в чёрной шляпе и красном пальто ждала у метро. | gender=f; hat=brim; clothes=red
Седая дама с короткой стрижкой улыбнулась. | gender=f; hair=grey; length=short; smile=yes
Бородач в клетчатой рубашке точил топор. | gender=m; facial=beard
Женщина в жёлтой кофте кормила кота. | gender=f; clothes=yellow
Курносый малыш в синей кофте заплакал. | age=child; clothes=blue; smile=no
Фермер в соломенной шляпе вытирал пот. | gender=m; hat=brim
Рыжая девочка в очках показала язык. | gender=f; age=child; hair=red; glasses=yes
Хмурый мужчина с чёрными усами стоял в дверях. | gender=m; facial=moustache; smile=no
Монахиня в чёрном платке молилась. | gender=f; hat=scarf
Худощавый брюнет в тёмных очках и чёрном пиджаке курил. | gender=m; hair=black; glasses=dark; clothes=black
Пожилая женщина с рыжими волосами ругалась. | gender=f; age=old; hair=red
Шатенка с короткими волосами в розовой блузке позвонила в дверь. | gender=f; hair=brown; length=short; clothes=pink
Парень со щетиной и в зелёной куртке ждал поезда. | gender=m; facial=stubble; clothes=green
Девушка с чёлкой и длинными русыми волосами зевнула. | gender=f; hair=brown; length=long
Адмирал с седыми усами и в белой фуражке отдал честь. | gender=m; facial=moustache; hat=cap
Индианка в оранжевом сари улыбалась. | gender=f; clothes=orange; smile=yes
Женщина с пухлыми губами и светлыми волосами красилась. | gender=f; hair=blond
Загорелый блондин в белой футболке бежал по пляжу. | gender=m; hair=blond; clothes=white
Профессор с лысиной и седой бородой протёр очки. | gender=m; facial=beard; glasses=yes
"""


def sentences(listed: str = _LISTED) -> list[tuple[str, dict[str, str]]]:
    """Text, and row -> what is to be seen."""
    out = []
    for line in listed.strip().splitlines():
        text, _, said = line.partition(" | ")
        out.append((text, dict(pair.split("=") for pair in said.split("; "))))
    return out


def seen() -> list[tuple[str, dict[str, str]]]:
    """The same, of the first report."""
    return sentences(_SEEN)
