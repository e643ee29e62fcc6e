"""Sentences that nothing was tuned on, and what a picture of each has to show, by the report's rows."""

ROWS = (
    "gender", "age", "skin", "glasses", "length", "smile", "hair", "facial", "hat", "clothes",
)  # fmt: skip

# text | row=what is to be seen; ...
_LISTED = """
Высокий блондин в сером свитере снял перчатки. | gender=m; hair=blond; clothes=grey
Кассирша в очках и зелёной жилетке пробила чек. | gender=f; glasses=yes; clothes=green
Седобородый сторож в тёплой шапке обходил склад. | gender=m; facial=beard; hat=beanie
Девчонка с веснушками и рыжими волосами хихикала. | gender=f; age=child; hair=red; smile=yes
Темнокожая певица с длинными волосами пела. | gender=f; skin=dark; length=long
Лысый боксёр в красной майке насупился. | gender=m; facial=bald; clothes=red; smile=no
Бабка в белом платке продавала укроп. | gender=f; age=old; hat=scarf
Студент в круглых очках и чёрной футболке листал конспект. | gender=m; age=young; glasses=yes; clothes=black
Женщина лет сорока с короткими тёмными волосами вела машину. | gender=f; age=middle; length=short; hair=black
Усатый повар в белом колпаке мешал суп. | gender=m; facial=moustache
Светловолосая девушка в солнцезащитных очках загорала. | gender=f; hair=blond; glasses=dark
Рыжеволосый юноша в синей футболке смеялся. | gender=m; hair=red; clothes=blue; smile=yes
Мальчик в красной кепке гонял мяч. | gender=m; age=child; hat=cap
Старичок в очках и бежевой кофте разгадывал кроссворд. | gender=m; age=old; glasses=yes; clothes=beige
Китаянка в красном платье улыбалась гостям. | gender=f; clothes=red; smile=yes
Небритый мужчина с тёмными волосами курил на балконе. | gender=m; facial=stubble; hair=black
Продавщица с седыми волосами и накрашенными губами взвешивала рыбу. | gender=f; hair=grey
Бородатый турист в зелёной куртке развёл костёр. | gender=m; facial=beard; clothes=green
Дама средних лет в розовом пиджаке говорила по телефону. | gender=f; age=middle; clothes=pink
Негритянка в жёлтой футболке танцевала. | gender=f; skin=dark; clothes=yellow
Подросток с длинными волосами сидел на ступеньках. | age=teen; length=long
Пожилой мужчина в соломенной шляпе поливал розы. | gender=m; age=old; hat=brim
Девушка с короткой светлой стрижкой смотрела серьёзно. | gender=f; hair=blond; length=short; smile=no
Бритый наголо парень в чёрной куртке ждал трамвай. | gender=m; facial=bald; clothes=black
Медсестра в белом халате и очках измеряла давление. | gender=f; glasses=yes; clothes=white
Смуглый бородатый рыбак щурился. | gender=m; facial=beard
Женщина в фиолетовом свитере гладила собаку. | gender=f; clothes=purple
Малыш в голубой шапочке сосал палец. | age=child; hat=beanie
Шатен в очках и коричневом пиджаке проверял тетради. | gender=m; hair=brown; glasses=yes; clothes=brown
Длинноволосая брюнетка в чёрном платье вошла в зал. | gender=f; hair=black; length=long; clothes=black
Дедушка с белой бородой улыбнулся внуку. | gender=m; age=old; facial=beard; smile=yes
Лыжник в синей шапке тяжело дышал. | gender=m; hat=beanie
Женщина с распущенными каштановыми волосами расплакалась. | gender=f; hair=brown; smile=no
Черноглазая девочка в розовой кофточке рисовала. | gender=f; age=child; clothes=pink
Полный мужчина с усами в полосатой рубашке хохотал. | gender=m; facial=moustache; smile=yes
Тёмноволосая женщина в кепке полола грядки. | gender=f; hair=black; hat=cap
Молодой человек в тёмных очках и белой рубашке опирался на перила. | gender=m; age=young; glasses=dark; clothes=white
Седая учительница в сером свитере поправила очки. | gender=f; hair=grey; glasses=yes; clothes=grey
Африканец в синей рубашке вёл переговоры. | gender=m; skin=dark; clothes=blue
Блондинка с волосами до плеч надкусила яблоко. | gender=f; hair=blond; length=medium
Мужчина с бородкой клинышком и в шляпе раскланялся. | gender=m; facial=beard; hat=brim
Грустная девушка в синем свитере стояла у окна. | gender=f; age=young; clothes=blue; smile=no
Пенсионерка в красной шляпе кормила уток. | gender=f; age=old; hat=brim
Рыжий бородач в серой футболке варил пиво. | gender=m; hair=red; facial=beard; clothes=grey
Школьница с чёрными волосами зевала. | gender=f; age=child; hair=black
Гладко выбритый мужчина средних лет в синем костюме пожал руку. | gender=m; age=middle; facial=none; clothes=blue
Улыбающаяся женщина с пышными рыжими волосами махала рукой. | gender=f; hair=red; smile=yes
Монах с длинной седой бородой молчал. | gender=m; facial=beard
Японец в чёрном свитере поклонился. | gender=m; clothes=black
Девушка в зелёном вязаном берете ела мороженое. | gender=f; age=young; hat=beanie
Мужчина без бороды и усов в оранжевой жилетке махал флажком. | gender=m; facial=none; clothes=orange
Женщина с длинными седыми волосами гадала на картах. | gender=f; hair=grey; length=long
Мальчик в очках и жёлтом свитере решал пример. | gender=m; age=child; glasses=yes; clothes=yellow
Хмурая старуха в чёрном платке открыла дверь. | gender=f; age=old; hat=scarf; smile=no
Парень с короткими светлыми волосами в красной куртке прыгал. | gender=m; hair=blond; length=short; clothes=red
Мулатка с кудрявыми волосами смеялась. | gender=f; skin=dark; smile=yes
Худой старик с усами кашлял. | gender=m; age=old; facial=moustache
Девушка в белом свитере и без очков пила какао. | gender=f; glasses=no; clothes=white
Таксист в чёрной кепке и очках считал сдачу. | gender=m; hat=cap; glasses=yes
Женщина в оранжевой косынке мыла окно. | gender=f; hat=scarf
Мужчина с седой щетиной и в коричневой куртке вздохнул. | gender=m; facial=stubble; clothes=brown
Русый мальчишка улыбался во весь рот. | gender=m; age=child; smile=yes
Актриса с голубыми глазами и светлыми длинными волосами кивнула. | gender=f; hair=blond; length=long
Узбек в чёрной шапке продавал дыни. | gender=m; hat=beanie
Пожилая дама в фиолетовой шляпе гуляла с пуделем. | gender=f; age=old; hat=brim
Кореянка в очках и сером пиджаке вела урок. | gender=f; glasses=yes; clothes=grey
Мужчина лет пятидесяти с усами и в зелёной куртке чинил мотор. | gender=m; age=older; facial=moustache; clothes=green
Девочка лет десяти с кудрявыми рыжими волосами рассмеялась. | gender=f; age=child; hair=red; smile=yes
Студентка в чёрной шапке и жёлтой куртке ждала автобус. | gender=f; age=young; hat=beanie; clothes=yellow
Бритый боец в тёмных очках ухмыльнулся. | gender=m; facial=bald; glasses=dark; smile=yes
Араб с чёрной бородой и в белой рубашке торговал. | gender=m; facial=beard; clothes=white
Старуха с седыми волосами и в чёрной кофте заплакала. | gender=f; age=old; hair=grey; clothes=black; smile=no
Брюнет с бородой в бордовом свитере улыбнулся. | gender=m; hair=black; facial=beard; clothes=red; smile=yes
Подросток в синей кепке хмурился. | age=teen; hat=cap; smile=no
Африканка с короткими волосами в оранжевой блузке запела. | gender=f; skin=dark; length=short; clothes=orange
Пожилой лысый мужчина в очках зевнул. | gender=m; age=old; facial=bald; glasses=yes
Блондинка с чёлкой в розовом свитере грустила. | gender=f; hair=blond; clothes=pink; smile=no
Юноша с длинными каштановыми волосами играл на гитаре. | gender=m; age=young; length=long; hair=brown
Женщина тридцати лет с чёрными волосами спорила. | gender=f; age=young; hair=black
Гусар с рыжими усами поклонился. | gender=m; facial=moustache
Чернокожий таксист в серой куртке опустил стекло. | gender=m; skin=dark; clothes=grey
Темнокожая старушка в очках вязала. | gender=f; age=old; skin=dark; glasses=yes
Мать, негритянка с короткими волосами, качала коляску. | gender=f; skin=dark; length=short
Африканец с седой бородой сидел у костра. | gender=m; skin=dark; facial=beard
Темнокожая девушка в белой блузке засмеялась. | gender=f; age=young; skin=dark; clothes=white; smile=yes
Афроамериканка в красном платье вышла на сцену. | gender=f; skin=dark; clothes=red
Чернокожий боксёр, совсем лысый, не улыбался. | gender=m; skin=dark; facial=bald; smile=no
Темнокожий подросток в зелёной толстовке слушал музыку. | gender=m; age=teen; skin=dark; clothes=green
Рыжая повариха в белом колпаке попробовала суп. | gender=f; hair=red; hat=chef
Дед с пышными седыми усами и в кепке чинил сеть. | gender=m; age=old; facial=moustache; hat=cap
Седая учительница в синей кофте поправила очки. | gender=f; hair=grey; clothes=blue; glasses=yes
Бородатый лесник в зелёной шляпе закурил. | gender=m; facial=beard; hat=brim
Девушка с короткими чёрными волосами и в жёлтом свитере хмурилась. | gender=f; age=young; hair=black; length=short; clothes=yellow; smile=no
Русый парень в чёрной футболке улыбался. | gender=m; age=young; hair=brown; clothes=black; smile=yes
Бабушка в красном платке пекла пироги. | gender=f; age=old; hat=kerchief
Мальчик лет восьми в очках и в синем свитере читал. | gender=m; age=child; glasses=yes; clothes=blue
Женщина в тёмных очках, с длинными светлыми волосами, обернулась. | gender=f; glasses=dark; hair=blond; length=long
Небритый мужчина в серой шапке смотрел исподлобья. | gender=m; facial=stubble; hat=beanie; smile=no
Шатенка лет сорока в розовой блузке улыбнулась. | gender=f; age=older; hair=brown; clothes=pink; smile=yes
Лысый старик без бороды, в коричневом пиджаке, дремал. | gender=m; age=old; facial=bald; clothes=brown
"""
FRESH = 80  # from here on written after the others had been looked at; drawn and looked at twice


def sentences() -> list[tuple[str, dict[str, str]]]:
    """Text, and row -> what is to be seen."""
    out = []
    for line in _LISTED.strip().splitlines():
        text, _, said = line.partition(" | ")
        out.append((text, dict(pair.split("=") for pair in said.split("; "))))
    return out
