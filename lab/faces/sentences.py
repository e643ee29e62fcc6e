"""Sentences that nothing was tuned on, and what a picture of each has to show, by the report's rows."""

ROWS = (
    "gender", "age", "skin", "glasses", "length", "smile", "hair", "facial", "hat", "clothes",
)  # fmt: skip

# text | row=what is to be seen; ...
_LISTED = """
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


def sentences() -> list[tuple[str, dict[str, str]]]:
    """Text, and row -> what is to be seen."""
    out = []
    for line in _LISTED.strip().splitlines():
        text, _, said = line.partition(" | ")
        out.append((text, dict(pair.split("=") for pair in said.split("; "))))
    return out
