"""Sentences that nothing was tuned on, and what a picture of each has to show, by the report's rows."""

ROWS = (
    "gender", "age", "skin", "glasses", "length", "smile", "hair", "facial", "hat", "clothes",
)  # fmt: skip

# text | row=what is to be seen; ...
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


def sentences() -> list[tuple[str, dict[str, str]]]:
    """Text, and row -> what is to be seen."""
    out = []
    for line in _LISTED.strip().splitlines():
        text, _, said = line.partition(" | ")
        out.append((text, dict(pair.split("=") for pair in said.split("; "))))
    return out
