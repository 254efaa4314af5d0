package agreement

// phrase is one message in the languages that Explain speaks.
type phrase struct{ en, fr, uk string }

func (p phrase) in(lang string) string {
	switch lang {
	case "fr":
		return p.fr
	case "uk":
		return p.uk
	}
	return p.en
}

// vocabulary names the words of the language's closed lists for readers.
var vocabulary = map[string]phrase{
	"activity.explosion":       {"explosions", "explosions", "вибухи"},
	"activity.burst":           {"bursts of fire", "rafales", "черги"},
	"activity.shot":            {"shots", "coups de feu", "постріли"},
	"activity.projectile":      {"projectiles in flight", "projectiles en vol", "снаряди в польоті"},
	"activity.flash":           {"muzzle flashes", "lueurs de tir", "спалахи"},
	"activity.flare":           {"flares", "fusées éclairantes", "освітлювальні ракети"},
	"activity.shelling":        {"shelling", "bombardements d'artillerie", "обстріли"},
	"activity.missile-strike":  {"missile strikes", "frappes de missiles", "ракетні удари"},
	"activity.air-strike":      {"air strikes", "frappes aériennes", "авіаудари"},
	"activity.uav-strike":      {"drone strikes", "frappes de drones", "удари безпілотників"},
	"activity.uav-flight":      {"drone flights", "vols de drones", "польоти безпілотників"},
	"activity.aircraft-flight": {"aircraft flights", "vols d'aéronefs", "польоти авіації"},
	"activity.clash":           {"clashes", "affrontements", "боєзіткнення"},
	"activity.presence":        {"presence", "présence", "присутність"},
	"activity.movement":        {"movements", "mouvements", "пересування"},
	"activity.construction":    {"construction of positions", "construction de positions", "облаштування позицій"},
	"activity.mine":            {"mines", "mines", "міни"},
	"activity.fire":            {"fires", "incendies", "пожежі"},
	"activity.damage":          {"damage", "dégâts", "пошкодження"},
	"activity.casualty":        {"casualties", "victimes", "жертви"},
	"activity.access-denied":   {"access denied to monitors", "accès refusé aux observateurs", "відмова спостерігачам у доступі"},
	"activity.jamming":         {"jamming", "brouillage", "радіоперешкоди"},
	"activity.silence":         {"silenced sensors", "capteurs réduits au silence", "датчики, що замовкли"},
	"activity.detention":       {"detentions", "détentions", "затримання"},
	"activity.exercise":        {"exercises", "exercices", "навчання"},
	"activity.demining":        {"demining", "déminage", "розмінування"},
	"activity.alert":           {"warnings given", "alertes données", "подані тривоги"},
	"activity.other":           {"other events", "autres événements", "інші події"},

	"weapon.unknown":         {"unknown weapons", "armes inconnues", "невідоме озброєння"},
	"weapon.small-arms":      {"small arms", "armes légères", "стрілецька зброя"},
	"weapon.hmg":             {"heavy machine guns", "mitrailleuses lourdes", "великокаліберні кулемети"},
	"weapon.agl":             {"automatic grenade launchers", "lance-grenades automatiques", "автоматичні гранатомети"},
	"weapon.rpg":             {"rocket-propelled grenades", "lance-roquettes", "ручні протитанкові гранатомети"},
	"weapon.atgm":            {"anti-tank guided missiles", "missiles antichars", "протитанкові керовані ракети"},
	"weapon.mortar-82":       {"mortars of 82 mm", "mortiers de 82 mm", "міномети 82 мм"},
	"weapon.mortar-120":      {"mortars of 120 mm", "mortiers de 120 mm", "міномети 120 мм"},
	"weapon.cannon":          {"cannon", "canons", "гармати"},
	"weapon.tank":            {"tanks", "chars", "танки"},
	"weapon.artillery-lt100": {"artillery below 100 mm", "artillerie de moins de 100 mm", "артилерія калібром до 100 мм"},
	"weapon.artillery-ge100": {"artillery of 100 mm and above", "artillerie de 100 mm et plus", "артилерія калібром від 100 мм"},
	"weapon.mlrs":            {"multiple rocket launchers", "lance-roquettes multiples", "реактивні системи залпового вогню"},
	"weapon.missile":         {"missiles", "missiles", "ракети"},
	"weapon.uav":             {"drones", "drones", "безпілотники"},
	"weapon.aircraft":        {"aircraft", "aéronefs", "літальні апарати"},
	"weapon.mine":            {"mines", "mines", "міни"},

	"direction.undetermined": {"undetermined", "indéterminée", "невизначений"},
	"direction.outgoing":     {"outgoing", "sortant", "вихідний"},
	"direction.incoming":     {"incoming", "entrant", "вхідний"},
	"direction.impact":       {"impact", "impact", "влучання"},
	"direction.in-flight":    {"in flight", "en vol", "у польоті"},

	"means.patrol":    {"patrols", "patrouilles", "патрулі"},
	"means.post":      {"posts", "postes", "пости"},
	"means.camera":    {"cameras", "caméras", "камери"},
	"means.acoustic":  {"acoustic sensors", "capteurs acoustiques", "акустичні датчики"},
	"means.seismic":   {"seismic sensors", "capteurs sismiques", "сейсмічні датчики"},
	"means.radar":     {"radar", "radar", "радари"},
	"means.uav":       {"drones", "drones", "безпілотники"},
	"means.satellite": {"satellites", "satellites", "супутники"},
	"means.news":      {"news", "presse", "новини"},
	"means.party":     {"the parties", "les parties", "сторони"},
	"means.hotline":   {"a hotline", "une ligne directe", "гаряча лінія"},
	"means.dataset":   {"data sets", "jeux de données", "набори даних"},

	"role.party-to-conflict": {"party to the conflict", "partie au conflit", "сторона конфлікту"},
	"role.signatory":         {"signatory", "signataire", "підписант"},
	"role.guarantor":         {"guarantor", "garant", "гарант"},
	"role.monitor":           {"monitor", "observateur chargé du suivi", "спостерігач"},
	"role.host-state":        {"host state", "État hôte", "приймаюча держава"},
	"role.observer":          {"observer", "observateur", "присутній спостерігач"},
	"role.contributor":       {"contributor", "contributeur", "учасник із внеском"},
	"role.mediator":          {"mediator", "médiateur", "посередник"},

	"status.proposed":  {"proposed", "proposé", "запропоновано"},
	"status.signed":    {"signed", "signé", "підписано"},
	"status.in-force":  {"in force", "en vigueur", "чинна"},
	"status.suspended": {"suspended", "suspendu", "зупинено"},
	"status.ended":     {"ended", "terminé", "завершено"},

	"site.nuclear-plant":   {"nuclear power plant", "centrale nucléaire", "атомна електростанція"},
	"site.power-plant":     {"power plant", "centrale électrique", "електростанція"},
	"site.substation":      {"substation", "poste électrique", "підстанція"},
	"site.dam":             {"dam", "barrage", "гребля"},
	"site.hospital":        {"hospital", "hôpital", "лікарня"},
	"site.crossing-point":  {"crossing point", "point de passage", "пункт пропуску"},
	"site.port":            {"port", "port", "порт"},
	"site.storage-site":    {"storage site", "site de stockage", "місце зберігання"},
	"site.holding-area":    {"holding area", "zone de rassemblement", "район зосередження"},
	"site.monitoring-post": {"monitoring post", "poste d'observation", "пост спостереження"},
	"site.base":            {"base", "base", "база"},
	"site.other":           {"site", "site", "об'єкт"},

	"permit.self-defence": {"self-defence", "légitime défense", "самооборона"},
	"permit.medical":      {"medical acts", "actes médicaux", "медичні дії"},
	"permit.demining":     {"demining", "déminage", "розмінування"},
	"permit.exercise":     {"exercises", "exercices", "навчання"},
	"permit.monitoring":   {"monitoring", "surveillance", "моніторинг"},
	"permit.repair":       {"repair", "réparation", "ремонт"},
	"permit.other":        {"other acts", "autres actes", "інші дії"},

	"suspended.access":       {"no access", "pas d'accès", "немає доступу"},
	"suspended.security":     {"security", "sécurité", "безпека"},
	"suspended.no-consensus": {"no consensus", "pas de consensus", "немає згоди"},
	"suspended.no-means":     {"no means", "pas de moyens", "немає засобів"},

	"of.troops":          {"troops", "troupes", "війська"},
	"of.bases":           {"bases", "bases", "бази"},
	"of.intelligence":    {"intelligence", "renseignement", "розвідка"},
	"of.weapons":         {"weapons", "armes", "озброєння"},
	"of.training":        {"training", "formation", "навчання особового складу"},
	"of.sanctions":       {"sanctions", "sanctions", "санкції"},
	"of.money":           {"money", "fonds", "кошти"},
	"of.hosting":         {"hosting", "accueil", "приймання"},
	"of.monitoring":      {"monitoring", "surveillance", "моніторинг"},
	"of.guarantee":       {"a guarantee", "garantie", "гарантія"},
	"of.legal-framework": {"a legal framework", "cadre juridique", "правова база"},
	"of.none":            {"nothing (no commitment)", "rien (pas d'engagement)", "нічого (без зобов'язання)"},

	"firm.statement":        {"statement", "déclaration", "заява"},
	"firm.letter-of-intent": {"letter of intent", "lettre d'intention", "лист про наміри"},
	"firm.signed":           {"signed", "signé", "підписано"},
	"firm.ratified":         {"ratified", "ratifié", "ратифіковано"},
	"firm.refused":          {"refused", "refusé", "відмовлено"},
	"firm.withdrawn":        {"withdrawn", "retiré", "відкликано"},

	"issue.open":     {"open", "ouverte", "відкрите"},
	"issue.narrowed": {"narrowed", "réduite", "звужене"},
	"issue.agreed":   {"agreed", "convenue", "узгоджене"},
	"issue.dropped":  {"dropped", "abandonnée", "зняте"},

	"stance.for":         {"for", "pour", "за"},
	"stance.against":     {"against", "contre", "проти"},
	"stance.conditional": {"on conditions", "sous conditions", "за умов"},
	"stance.open":        {"open", "ouvert", "відкрита"},
	"stance.statement":   {"statement", "déclaration", "заява"},

	"audience.public":  {"the public", "le public", "громадськість"},
	"audience.parties": {"the parties", "les parties", "сторони"},
	"audience.mission": {"the mission", "la mission", "місія"},
}
