internal import Framing
package import Speech

/// The options of one vendor's protocol.
package struct OptionTable: Sendable {
    package let vendor: EngineName
    /// The options in the order in which documents list them. A name may have one entry for live audio and one for recordings.
    package let options: [VendorOption]

    /// Parameters that are Harken's own, or carry credentials: they are never passed on.
    private static let withheld: Set<String> = ["engine", "track", "ticket", "token", "access_token", "api_key", "key", "jwt"]

    init(_ vendor: EngineName, _ options: [VendorOption]) {
        self.vendor = vendor
        self.options = options
    }

    /// True if a parameter is Harken's own, or carries a credential.
    static func isWithheld(_ name: String) -> Bool { withheld.contains(name) }

    /// Returns the entry of an option; nil for an option that the vendor does not document.
    package func entry(_ name: String, _ service: VendorOption.Service) -> VendorOption? {
        options.first { $0.name == name && $0.services.contains(service) }
    }

    /// Returns the effect of an option with an engine. An option without an entry is left to its own vendor.
    package func effect(of name: String, with engine: EngineName, _ service: VendorOption.Service) -> OptionEffect {
        guard let option = entry(name, service) else { return engine == vendor ? .native : .ignored }
        return effect(of: option, with: engine, service)
    }

    /// - Parameter isHeeded: false if the engine heeds nothing of what the option says about turns; nil: the usual values count.
    func effect(
        of option: VendorOption, with engine: EngineName, _ service: VendorOption.Service, isHeeded: Bool? = nil
    ) -> OptionEffect {
        let isHeeded = isHeeded ?? option.turns.areHeeded(by: TurnPart.Engine(engine))
        switch option.handling {
        case .gateway: return isHeeded ? .harken : .ignored
        case .refused: return .refused
        // Live, the answers' own fields do not come back.
        case _ where engine == vendor: return option.answers && service == .live ? .ignored : .native
        case .session: return isHeeded ? .harken : .ignored
        case .shared(let shared): return shared.engines(service).contains(engine.rawValue) ? .native : .ignored
        case .own: return .ignored
        case .demanded: return .refused
        }
    }

    /// Returns the names of the options that have no effect with an engine, each once. An option that asks for nothing, such as
    /// `profanity_filter=false`, is left out, unless another option stands against it.
    ///
    /// - Parameters:
    ///   - takesPrompt: true if the model that the engine uses takes a prompt, although others of the engine do not.
    ///   - live: the engine's live streams; nil: those of its usual model.
    package func ignored(
        _ options: VendorOptions, with engine: EngineName, _ service: VendorOption.Service, takesPrompt: Bool = false,
        live: TurnPart.Engine? = nil
    ) -> [String] {
        let live = live ?? TurnPart.Engine(engine)
        let isSole = endsBySilenceAlone(options, service)
        var names: [String] = []
        for option in options.options where !names.contains(option.name) {
            let isOverruled = option.reading == .overruled
            guard isOverruled || !option.value.isEmpty else { continue }
            let entry = entry(option.name, service), handling = entry?.handling
            // An option that the model does not take has no effect, and its key terms do not reach the engine either. The wishes of the vendor's own clients
            // for a recording go to the vendor as they are.
            if service == .live || engine != vendor, let entry, !Catalogue.takes(entry, live, service) {
                names.append(option.name)
                continue
            }
            guard option.reading != .full else { continue }
            let isWithheld = !options.allowsAnswers && revealsTexts(option.name, service)
            // The protocol's own vendor is not sent what Harken decides.
            let isUnread = (option.reading == .unread || isOverruled) && (engine != vendor || handling == .gateway)
            let isHeeded = entry.map { heeds($0, option.value, live, isSole: isSole) }
            let found: OptionEffect =
                if let entry { effect(of: entry, with: engine, service, isHeeded: isHeeded) } else { engine == vendor ? .native : .ignored }
            let isIgnored = found == .ignored && !(handling == .shared(.prompt) && takesPrompt)
            let members: [String]? =
                switch option.reading {
                case .usual(let unread): isIgnored ? nil : unread
                case .partial(let uncovered, let unread): isIgnored ? uncovered : unread
                case .full, .unread, .overruled: isIgnored ? nil : []
                }
            guard !isWithheld, !isUnread, let members else {
                names.append(option.name)
                continue
            }
            if engine != vendor { names += members.map { "\(option.name).\($0)" }.filter { !names.contains($0) } }
        }
        return names
    }

    /// True if no model may end a turn, because the confidence is 1: each engine ends turns by the longest silence then, as `TurnRule.soleSilence` says.
    private func endsBySilenceAlone(_ options: VendorOptions, _ service: VendorOption.Service) -> Bool {
        options.options.contains { entry($0.name, service)?.turns == [.confidence] && Double($0.value.text) == 1 }
    }

    /// True if a live engine heeds what the option's value says about turns.
    private func heeds(_ entry: VendorOption, _ value: VendorOptions.Option.Value, _ engine: TurnPart.Engine, isSole: Bool) -> Bool {
        let silence = entry.silence(of: value)
        if let silence, let least = entry.leastSilence, silence < least { return false }
        if isSole, !entry.turns.isDisjoint(with: [.confidence, .maximumSilence]) { return true }
        // `true` leaves the silence to the engine.
        if value.text.equalsIgnoringCase("true") { return true }
        return entry.turns.areHeeded(by: engine, at: silence)
    }

    /// Returns the options of a query that go to the vendor as the client wrote them, and those that nobody heeds, which are named to the client.
    ///
    /// - Parameter unread: names of options that the request's route does not read, although another route of the protocol does.
    func options(in query: URLQuery, _ service: VendorOption.Service, unread: Set<String> = []) -> VendorOptions {
        VendorOptions(
            vendor,
            query.pairs.compactMap { pair in
                guard !Self.withheld.contains(pair.name) else { return nil }
                let value = VendorOptions.Option.Value.text(pair.value)
                guard unread.contains(pair.name) else { return option(pair.name, value, service) }
                var left = option(pair.name, value, service) ?? VendorOptions.Option(pair.name, value)
                left.reading = .unread
                return left
            })
    }

    /// Returns the option as it goes to the vendor; nil when Harken decides what the vendor is sent.
    func option(_ name: String, _ value: VendorOptions.Option.Value, _ service: VendorOption.Service) -> VendorOptions.Option? {
        guard !Self.withheld.contains(name) else { return nil }
        let entry = entry(name, service)
        var option: VendorOptions.Option
        switch entry?.handling {
        // The vendor is not sent it, but the client is told where an engine ignores it.
        case .gateway where entry?.turns.isEmpty == false: option = VendorOptions.Option(name, value)
        case .gateway, .refused: return nil
        case .session(let aspect): option = VendorOptions.Option(name, value, aspect: aspect)
        case .shared(.languages), .shared(.locale): option = VendorOptions.Option(name, value, aspect: .language)
        case .shared, .own, .demanded, nil: option = VendorOptions.Option(name, value)
        }
        if let read = entry?.readMembers { option.reading = .usual(unread: value.members(besides: read)) }
        return option
    }

    /// Returns the options that an engine of this table's vendor is sent; empty when it is sent none.
    func sent(_ options: VendorOptions?, _ service: VendorOption.Service) -> [VendorOptions.Option] {
        guard let options, options.isFor(vendor) else { return [] }
        return options.options.filter { option in
            guard !Self.withheld.contains(option.name) else { return false }
            let entry = entry(option.name, service)
            switch entry?.handling {
            case .gateway, .refused: return options.vendor == nil && entry?.isFreeForPrograms == true
            case .session, .shared, .own, .demanded, nil: return options.allowsAnswers || !revealsTexts(option.name, service)
            }
        }
    }

    /// True if the option brings texts to the client that Harken cannot redact. An option that the vendor does not document may.
    private func revealsTexts(_ name: String, _ service: VendorOption.Service) -> Bool {
        guard let option = entry(name, service) else { return true }
        return option.answers || option.bypasses
    }
}

extension VendorOptions.Option {
    /// Notes that Harken sees to one member of the value with every engine, where the value has that member.
    mutating func cover(member name: String) {
        guard let uncovered = value.members(uncoveredBy: name), case .usual(let unread) = reading else { return }
        reading = .partial(uncovered: uncovered, unread: unread)
    }
}

extension VendorOptions.Option.Value {
    /// The value of a member of a JSON object.
    init(_ member: JSONView) {
        var json = JSONWriter()
        json.value(JSONValue(member))
        self = .json(json.text)
    }

    /// True if the value asks for nothing.
    var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty || text.equalsIgnoringCase("false")
        case .json(let json): ["null", "false", "[]", "{}", "\"\""].contains(json)
        }
    }

    /// Returns the names of members that an object has, or the objects of a list have, besides `read`: each once, and the first of many. A member that
    /// asks for nothing is left out.
    func members(besides read: Set<String>) -> [String] {
        guard case .json(let json) = self, let value = try? JSONValue(parsing: Array(json.utf8)) else { return [] }
        let objects: [JSONValue] = if case .array(let items) = value { items } else { [value] }
        var names: [String] = []
        for case .object(let members) in objects {
            for member in members where !read.contains(member.name) && !Self.isEmpty(member.value) {
                let name = member.name.prefix(bytes: 64)
                guard !names.contains(name) else { continue }
                names.append(name)
                if names.count == Self.maxMembers { return names }
            }
        }
        return names
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        var json = JSONWriter()
        json.value(value)
        return Self.json(json.text).isEmpty
    }

    /// Returns the names of the members besides `covered`, which Harken sees to with every engine; nil for a value without such a member.
    func members(uncoveredBy covered: String) -> [String]? {
        guard case .json(let json) = self, let value = try? JSONValue(parsing: Array(json.utf8)), case .array? = value[covered] else { return nil }
        return members(besides: [covered])
    }

    /// Maximum number of an option's members that are named.
    private static let maxMembers = 20

    /// The JSON text of the value.
    var json: String {
        switch self {
        case .json(let json): return json
        case .text(let text):
            var json = JSONWriter()
            json.value(text)
            return json.text
        }
    }

    /// The value as a query's parameters have it. A JSON string loses its quotes; other JSON stays as it is.
    var text: String {
        switch self {
        case .text(let text): return text
        case .json(let json):
            guard json.first == "\"", case .string(let text)? = try? JSONValue(parsing: Array(json.utf8)) else { return json }
            return text
        }
    }

    /// The values of a query's repeated parameter: one for each item of a JSON list.
    var texts: [String] {
        guard case .json(let json) = self, json.first == "[", case .array(let items)? = try? JSONValue(parsing: Array(json.utf8)) else {
            return [text]
        }
        return items.map { item in
            var json = JSONWriter()
            json.value(item)
            return Self.json(json.text).text
        }
    }
}
