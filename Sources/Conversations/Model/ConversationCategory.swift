/// The subject of a conversation. The names are those that applications of Omi know.
package enum ConversationCategory: String, Sendable, CaseIterable {
    case personal, education, health, finance, legal, philosophy, spiritual, science, entrepreneurship, parenting, romantic, travel, inspiration
    case technology, business, social, work, sports, politics, literature, history, architecture, music, weather, news, entertainment, psychology
    case real, design, family, economics, environment, other

    package var emoji: String { Self.table[self]?.emoji ?? "🧠" }

    /// Subjects of the category, which a model of meaning compares with conversations; nil for categories that say too little.
    package var about: String? { Self.table[self]?.about }

    private static let table: [Self: (emoji: String, about: String)] = [
        .personal: ("🙂", "personal matters, feelings, daily life and errands"),
        .education: ("🎓", "school, university, lessons, homework, exams and learning"),
        .health: ("🩺", "health, pain, illness, doctors, operations, medicine and diet"),
        .finance: ("💰", "money, banks, loans, taxes, payments and budgets"),
        .legal: ("⚖️", "law, contracts, courts, lawyers and rights"),
        .philosophy: ("🤔", "philosophy, ethics and the meaning of life"),
        .spiritual: ("🙏", "religion, faith, prayer and meditation"),
        .science: ("🔬", "science, research, experiments, physics, biology and chemistry"),
        .entrepreneurship: ("🚀", "founding a company, startups, investors and pitching"),
        .parenting: ("👶", "raising children, babies, daycare and bedtime"),
        .romantic: ("❤️", "love, dating, relationships and marriage"),
        .travel: ("✈️", "travel, flights, hotels, trips and vacations"),
        .inspiration: ("✨", "motivation, dreams, goals and inspiring ideas"),
        .technology: ("💻", "computers, software, programming code, bugs, phones and artificial intelligence"),
        .business: ("📈", "business, customers, sales, markets and companies"),
        .social: ("🎉", "friends, parties, invitations and gossip"),
        .work: ("💼", "work, meetings, projects, deadlines, colleagues and tasks at the office"),
        .sports: ("⚽", "sports, matches, goals, football players, teams and training"),
        .politics: ("🏛️", "politics, government, elections and laws of the state"),
        .literature: ("📚", "books, novels, poems, stories and writers"),
        .history: ("🏺", "history, past centuries, wars and kings"),
        .architecture: ("🏗️", "buildings, architects and construction"),
        .music: ("🎵", "music, songs, bands, concerts and instruments"),
        .weather: ("⛅", "the weather, rain, snow, storms and temperatures"),
        .news: ("📰", "the news, headlines and current events"),
        .entertainment: ("🎬", "films, television, shows and celebrities"),
        .psychology: ("🧠", "psychology, therapy, emotions and the mind"),
        .design: ("🎨", "design, graphics, colors, layouts and fashion"),
        .family: ("👪", "family, parents, siblings and relatives"),
        .economics: ("🏦", "the economy, inflation, trade, prices and employment"),
        .environment: ("🌍", "the environment, climate change, forests, glaciers, nature and animals"),
    ]
}
