package agreement

// DefaultCertainty is how certain a rise must be where a level of the
// escalation says nothing.
const DefaultCertainty = 0.95

// SeverityScale is the agreement's scale of severity, lowest first; where it
// has none, S1 to S4.
func (a *Agreement) SeverityScale() []Step {
	if len(a.Scales.Severity) > 0 {
		return a.Scales.Severity
	}
	return []Step{
		{ID: "S1", Name: Text{"en": "minor", "fr": "mineure", "uk": "незначна"}, Words: Text{
			"en": "a breach without harm and without effect on the force of the terms: a single shot, a late notification",
			"fr": "une violation sans dommage ni effet sur la force des termes : un coup isolé, une notification tardive",
			"uk": "порушення без шкоди й без впливу на дію умов: поодинокий постріл, запізніле повідомлення"}},
		{ID: "S2", Name: Text{"en": "moderate", "fr": "modérée", "uk": "помірна"}, Words: Text{
			"en": "small-arms fire in series, a forbidden flight or presence, access denied for a time",
			"fr": "des tirs d'armes légères en série, un survol ou une présence interdits, un accès refusé pour un temps",
			"uk": "серії пострілів зі стрілецької зброї, заборонений політ чи присутність, тимчасова відмова в доступі"}},
		{ID: "S3", Name: Text{"en": "serious", "fr": "grave", "uk": "серйозна"}, Words: Text{
			"en": "heavy weapons used, persons injured, or monitors or their sensors prevented from working",
			"fr": "emploi d'armes lourdes, personnes blessées, ou observateurs ou capteurs empêchés d'agir",
			"uk": "застосування важкого озброєння, поранені, або спостерігачам чи їхнім датчикам не дали працювати"}},
		{ID: "S4", Name: Text{"en": "grave", "fr": "très grave", "uk": "тяжка"}, Words: Text{
			"en": "persons killed, a protected site struck, an attack to take ground, or monitors attacked",
			"fr": "personnes tuées, site protégé frappé, attaque pour prendre du terrain, ou observateurs attaqués",
			"uk": "загиблі, удар по захищеному об'єкту, наступ із метою захопити територію або напад на спостерігачів"}},
	}
}

// OccurrenceScale is the agreement's scale of confidence that an event took
// place, lowest first; where it has none, reported, corroborated, verified.
func (a *Agreement) OccurrenceScale() []Step {
	if len(a.Scales.Occurrence) > 0 {
		return a.Scales.Occurrence
	}
	return []Step{
		{ID: "reported", Sources: 1, Name: Text{"en": "reported", "fr": "signalé", "uk": "повідомлено"}, Words: Text{
			"en": "at least one source says so",
			"fr": "au moins une source le dit",
			"uk": "про це каже щонайменше одне джерело"}},
		{ID: "corroborated", Sources: 2, Probability: 0.8, Name: Text{"en": "corroborated", "fr": "corroboré", "uk": "підтверджено"}, Words: Text{
			"en": "two independent sources or more, and a probability of at least 80 %",
			"fr": "deux sources indépendantes ou plus, et une probabilité d'au moins 80 %",
			"uk": "два незалежні джерела або більше, і ймовірність щонайменше 80 %"}},
		{ID: "verified", Sources: 2, Probability: 0.95, ByPerson: true, Name: Text{"en": "verified", "fr": "vérifié", "uk": "перевірено"}, Words: Text{
			"en": "a person has examined the evidence and decided, with a probability of at least 95 %",
			"fr": "une personne a examiné les preuves et décidé, avec une probabilité d'au moins 95 %",
			"uk": "людина вивчила докази й ухвалила рішення, з імовірністю щонайменше 95 %"}},
	}
}
