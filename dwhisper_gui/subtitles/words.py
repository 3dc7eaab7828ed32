"""What is known of the words of some languages: which a reader wants to see together.

Lists, and small ones: articles, prepositions and conjunctions with what they begin, auxiliaries with their verbs, names, titles,
numbers with what they count. Of a language without lists only the length of words is known (`binding.py`).
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Words:
    """All in small letters."""

    binding: frozenset[str]
    """These belong to the word after them, and a break before them is good."""
    clauses: frozenset[str]
    """Those of them before which it is best, since they begin a clause,"""
    close: frozenset[str]
    """and those before which it is no better than elsewhere, since they belong to the word before them nearly as much."""
    leaning: frozenset[str]
    """Auxiliaries and unstressed pronouns belong to the word after them unless that begins something new. A predicate begins with them,
    so that a break before them is good."""
    modifiers: frozenset[str]
    """So do adjectives, numerals, adverbs and negations, with which nothing begins."""
    titles: frozenset[str]
    """Before a name; without their dot."""
    units: frozenset[str]
    """After a number."""
    numbered: frozenset[str]
    """Before a number."""
    trailing: frozenset[str]
    """These belong to the word before them."""


def _words(**lists: str) -> Words:
    return Words(**{field.name: frozenset(lists.get(field.name, "").split()) for field in fields(Words)})


WORDS: dict[str, Words] = {
    "en": _words(
        binding="a an the this that these those my your his its our their no every each and but or nor so because although though while"
        " when where which who whom whose what how if unless until since than as of in on at by for from with without to into onto over"
        " under about after before between through during against among toward towards along across around behind beside beyond near"
        " within upon above below beneath despite throughout except via i we he she they it's i'm very mr. mrs. ms. dr. prof. st.",
        clauses="but nor because although though while when where which who whom whose what how if unless until",
        close="of than",
        leaning="am is are was were be been being have has had having do does did can could will would shall should may might must cannot",
        modifiers="not never always ever even just only also already still almost quite rather too two three four five six seven eight"
        " nine ten eleven twelve twenty thirty forty fifty first second third last next other another same own such several many"
        " few more most less some any good better best bad big great little small large long short old new young early late high"
        " low strong cold hot whole real main different important special foreign public local social national human general"
        " certain red blue green white black silver golden wooden broken open full",
        titles="mr mrs ms dr prof st sir lady lord president professor doctor captain colonel general judge senator king queen prince"
        " princess pope saint uncle aunt miss",
        units="percent degrees year years month months week weeks day days hour hours minute minutes second seconds mile miles meters"
        " metres feet inches kilometers kilometres kilos pounds dollars cents euros people times hundred thousand million billion"
        " am pm o'clock january february march april june july august september october november december",
        numbered="number page chapter volume part room line figure section article route january february march april may june july august"
        " september october november december",
    ),
    "de": _words(
        binding="der die das den dem des ein eine einen einem einer eines kein keine mein meine dein seine ihre unser dieser diese dieses"
        " und oder aber denn sondern weil dass ob wenn als während obwohl damit in im an am auf aus bei beim mit nach von vom vor"
        " zu zum zur für durch gegen ohne um über unter zwischen wie ich wir er sehr herr frau dr. prof. hr. fr.",
        clauses="aber denn sondern weil dass ob wenn als während obwohl damit wie",
        modifiers="nicht nie zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
        titles="herr frau herrn doktor professor präsident präsidentin kanzler kanzlerin minister ministerin könig königin kaiser papst"
        " onkel tante sankt graf",
        units="prozent grad jahr jahre jahren monat monate monaten woche wochen tag tage tagen stunde stunden minute minuten sekunde"
        " sekunden uhr meter metern kilometer kilometern kilo gramm euro cent mal menschen tausend million millionen milliarde"
        " milliarden januar februar märz april mai juni juli august september oktober november dezember",
        numbered="nummer seite kapitel band teil raum zeile abschnitt artikel paragraf linie platz",
    ),
    "fr": _words(
        binding="le la les l' un une des du de d' ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs et ou"
        " mais donc car que qu' qui quand si comme parce dans en sur sous avec sans pour par chez vers entre à au aux je tu il elle"
        " nous on très m. mme dr",
        clauses="mais car que qu' qui quand si comme parce donc",
        close="de du des d'",
        leaning="ai as a avons avez ont avais avait avions aviez avaient aurai aura auront aurait auraient suis es est sommes êtes sont"
        " étais était étaient été sera seront serait fut furent peut peux pouvons peuvent pouvait doit dois devons doivent devait"
        " va vais vas allons vont ne me te se y lui",
        titles="monsieur madame mademoiselle docteur professeur président présidente ministre roi reine prince princesse saint sainte"
        " général pape maître",
        units="ans an année années mois semaine semaines jour jours heure heures minute minutes seconde secondes mètres kilomètres"
        " kilos euros dollars degrés fois personnes mille million millions milliard milliards janvier février mars avril mai juin"
        " juillet août septembre octobre novembre décembre",
        numbered="numéro page chapitre tome partie salle ligne article section",
    ),
    "es": _words(
        binding="el la los las lo un una unos unas este esta estos estas mi mis tu tus su sus nuestro nuestra y e o u pero sino porque que"
        " quien cuando donde si como de del a al en con sin por para sobre entre hasta desde hacia yo muy sr. sra. dr.",
        clauses="pero sino porque que quien cuando donde si como",
        close="de del",
        leaning="he has ha hemos habéis han había habían habrá habrán habría haya es son era eran fue fueron será serán sería sido está"
        " están estaba estaban estoy soy puede pueden podía podría debe deben debía va van voy vamos iba me te se le les nos os"
        " no",
        titles="señor señora señorita sr sra dr dra don doña doctor doctora profesor profesora presidente presidenta ministro ministra"
        " rey reina príncipe princesa san santo santa general papa",
        units="año años mes meses semana semanas día días hora horas minuto minutos segundo segundos metros kilómetros kilos euros"
        " dólares pesos grados veces personas mil millón millones",
        numbered="número página capítulo tomo parte sala línea artículo sección",
    ),
    "it": _words(
        binding="il lo la i gli le l' un uno una un' del dello della dei degli delle al allo alla ai agli alle nel nella sul sulla dal"
        " dalla mio mia tuo suo sua questo questa e ed o ma perché che chi quando dove se come di a da in con su per tra fra io"
        " molto",
        clauses="ma perché che chi quando dove se come",
        close="di del dello della dei degli delle",
        leaning="ho hai ha abbiamo avete hanno aveva avevano avrà avranno avrebbe abbia è sono era erano sarà saranno sarebbe sia stato"
        " stata stati state può possono poteva potrebbe deve devono doveva va vanno vuole sta stanno stava mi ti si ci vi ne non",
        titles="signor signora signorina signore dottor dottore dottoressa professor professore professoressa don presidente ministro re"
        " regina principe principessa san santo santa generale papa",
        units="anno anni mese mesi settimana settimane giorno giorni ora ore minuto minuti secondo secondi metri chilometri chili euro"
        " dollari gradi volte persone mila milione milioni miliardo miliardi gennaio febbraio marzo aprile maggio giugno luglio"
        " agosto settembre ottobre novembre dicembre",
        numbered="numero pagina capitolo volume parte sala riga articolo sezione",
    ),
    "pt": _words(
        binding="o a os as um uma uns umas este esta meu minha teu seu sua e ou mas porque que quem quando onde se como de do da dos das"
        " em no na nos nas a ao à com sem por pelo pela para sobre entre até eu muito sr. sra. dr.",
        clauses="mas porque que quem quando onde como",
        close="de do da dos das",
        leaning="tem têm tinha tinham tenho temos terá teria é são era eram foi foram será serão seria sido está estão estava estavam"
        " estou sou pode podem podia poderia deve devem devia vai vão vou vamos ia quer me te se lhe lhes não",
        titles="senhor senhora sr sra dr dra dom dona doutor doutora professor professora presidente ministro ministra rei rainha"
        " príncipe princesa são santo santa general papa",
        units="ano anos mês meses semana semanas dia dias hora horas minuto minutos segundo segundos metros quilómetros quilômetros"
        " quilos euros reais dólares graus vezes pessoas mil milhão milhões",
        numbered="número página capítulo volume parte sala linha artigo secção seção",
    ),
    "nl": _words(
        binding="de het een deze dit die dat mijn jouw zijn haar ons onze hun en of maar want omdat dat als toen terwijl hoewel in op aan"
        " bij met van voor door naar uit over onder tussen zonder tegen om te ik wij we hij ze heel dhr. mevr. dr.",
        clauses="maar want omdat dat als toen terwijl hoewel",
        modifiers="niet nooit twee drie vier vijf zes zeven acht negen tien elf twaalf",
        titles="meneer mevrouw dokter doctor professor president minister koning koningin prins prinses paus sint oom tante",
        units="procent graden jaar jaren maand maanden week weken dag dagen uur uren minuut minuten seconde seconden meter kilometer"
        " kilo euro cent keer mensen duizend miljoen miljard januari februari maart april mei juni juli augustus september oktober"
        " november december",
        numbered="nummer bladzijde pagina hoofdstuk deel zaal regel artikel lijn",
    ),
    "ru": _words(
        binding="и а но или да что чтобы как если когда где куда откуда который которая которое которые которого которой которых которым"
        " потому хотя пока чем в во на с со к ко у о об обо от ото до из изо за по под подо над при без безо для про через между перед"
        " передо ради около возле кроме среди против после вокруг из-за из-под не ни я ты он она оно мы вы они мой моя моё мои твой"
        " твоя твои наш наша наши ваш ваша ваши свой своя своё свои этот эта эти каждый каждая"
        " очень г-н г-жа",
        clauses="а но что чтобы если когда где куда откуда который которая которое которые которого которой которых которым потому хотя"
        " пока",
        leaning="был была было были будет будут буду будешь будем будете может могут мог могла могли должен должна должны",
        modifiers="никогда два две три четыре пять шесть семь восемь девять десять",
        titles="господин госпожа доктор профессор президент министр генерал король королева принц принцесса",
        units="процент процента процентов градус градуса градусов год года лет месяц месяца месяцев неделя недели недель день дня дней"
        " час часа часов минута минуты минут секунда секунды секунд метр метра метров километр километра километров рубль рубля рублей"
        " раз раза человек тысяча тысячи тысяч миллион миллиона миллионов миллиард миллиарда миллиардов января февраля марта апреля"
        " мая июня июля августа сентября октября ноября декабря",
        numbered="номер страница странице глава главе том часть линия статья",
        trailing="бы б же ж ли ль",
    ),
    "ar": _words(
        binding="في من على إلى عن مع بين بعد قبل عند حتى منذ خلال حول تحت فوق أمام خلف ضد بدون دون لدى نحو مثل غير كل بعض جميع أي أن إن"
        " لأن كأن لكن أو أم ثم إذا لو عندما حين حيث كما بينما لا لم لن ما هل قد سوف ليس ليست هذا هذه ذلك تلك هؤلاء الذي التي الذين"
        " يا أنا نحن أنت هو هي هم",
        clauses="لأن لكن ثم إذا لو عندما حين حيث كما بينما الذي التي الذين",
        leaning="كان كانت كانوا يكون تكون سيكون ستكون",
        titles="السيد السيدة الدكتور الأستاذ الرئيس الوزير الملك الأمير الشيخ",
        numbered="رقم صفحة الصفحة فصل الفصل",
    ),
}
