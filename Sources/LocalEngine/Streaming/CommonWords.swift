/// English words that begin many sentences and are no names: a capital of theirs came from the place in the sentence.
enum CommonWords {
    private static let all: Set<String> = Set(
        """
        a about above across after again against ago all almost alone along already also although always am among an and another any anybody anyone \
        anything anyway are aren around as at away back be became because become been before began behind being below beneath beside besides better \
        between beyond both but by call called came can cannot certainly come could couldn despite did didn do does doesn don done down during each \
        either else enough especially even ever every everybody everyone everything except far few finally first five for four from further gave get \
        give given go goes going gone good got had hadn half hardly has hasn have haven having he hence her here hers herself him himself his how \
        however if in indeed inside instead into is isn it its itself just kind knew know known last later least leave less let like likely little long \
        look made make many maybe me mean meanwhile mere merely might mine more moreover most mostly much must my myself near nearly neither never \
        nevertheless new next nine no nobody none nor not nothing now nowhere of off often oh on once one only onto or other others otherwise ought our \
        ours ourselves out over own perhaps please probably put quite rather really right said same saw say second see seem seemed seems seen several \
        shall she should shouldn show since six so some somebody somehow someone something sometimes somewhere soon still such suddenly sure take taken \
        tell ten than thank thanks that the their theirs them themselves then thence there therefore these they thing things think third this those \
        though three through throughout thus till to together too took toward towards turn two under unless unlike until up upon us use used usually \
        very want wants was wasn way we well went were weren what whatever when whence whenever where whereas wherever whether which whichever while who \
        whoever whole whom whose why will with within without won would wouldn yes yet you your yours yourself
        """.split(separator: " ").map(String.init))

    /// True if `word` is in the list, whatever its capitals and marks, and also with an ending such as `'s` or `n't`.
    static func contains(_ word: String) -> Bool {
        let letters = word.drop { !$0.isLetter }.prefix { $0.isLetter }
        return all.contains(letters.lowercased())
    }
}
