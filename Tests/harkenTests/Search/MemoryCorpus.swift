import Foundation

/// Two hundred short conversations as somebody might have in a few months, and questions about some of them in other words.
///
/// The questions were written once, from what was said, and were not changed after the search had answered.
enum MemoryCorpus {
    /// A sentence each; two speakers take turns.
    static let conversations: [[String]] = (own + repeated).map { text in
        text.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// What each question asks for is in the conversation of this number.
    static let questions: [(text: String, conversation: Int)] = [
        ("what did the vet advise about feeding our pet", 0),
        ("who is going to pick up the kids on Thursday", 1),
        ("why was the flight home delayed", 4),
        ("how do I stop the tap from leaking", 6),
        ("which wine should I bring for the host", 9),
        ("advice on how to sleep better", 13),
        ("the landlord wants more money every month", 15),
        ("what went wrong with the server on the weekend", 18),
        ("when will grandmother be operated on", 21),
        ("learning to play an instrument as an adult", 25),
        ("someone took my bike", 28),
        ("reasons to leave my current job", 31),
        ("what should be planted in spring", 36),
        ("the baby's first word", 40),
        ("how much did repairing the car cost", 43),
        ("a film that made us cry", 47),
        ("who will win the election for mayor", 52),
        ("tips against mosquitoes while camping", 57),
        ("allergic reaction after a meal", 62),
        ("where do we want to get married", 68),
    ]

    /// Each about something of its own.
    private static let own = lines(
        """
        The doctor at the animal clinic said the cat is too heavy. | She gets forty grams of dry food in the morning and nothing from the table. | And no more milk, it upsets her stomach. | Fine, I'll hide the treats.
        I have the late shift this Thursday. | Then I can't fetch them from school either, I'm in Leeds. | Could your sister collect both of them at half past three? | She said yes, she'll take them swimming.
        The choir rehearses the requiem on Monday. | The tenors always come in too early at bar forty. | Let's ask the conductor for an extra hour.
        Have you read the report on the bridge? | The engineers found cracks in two of the pillars. | It will be closed to lorries until the summer.
        We sat on the plane for three hours in Lisbon. | They said there was fog in London and no slot for landing. | We got home at four in the morning, and the suitcases came a day later.
        The sourdough didn't rise at all. | Was the starter bubbling before you used it? | No, it was straight from the fridge. | Feed it twice at room temperature first.
        Water drips in the kitchen sink all night. | You only need a new rubber washer, they cost fifty pence. | Turn off the valve below first, then unscrew the handle. | I'll do it on Saturday.
        The museum shows the Dutch masters until October. | I liked the one with the girl reading a letter by the window. | The queue goes round the block on Sundays.
        My phone's battery is empty by noon. | Look which app uses the location in the background. | It was the weather widget all along.
        We are invited to the Hendersons on Friday. | They cook fish, so take something dry and white, a Riesling maybe. | I'd spend fifteen pounds, no more.
        The neighbours have started to build an extension. | The drilling begins at seven sharp every day. | The council says they may do that until the end of May.
        He ran the marathon in three hours and fifty minutes. | At kilometre thirty his calf cramped. | He wants to do Berlin next year.
        The chess club meets in the library now. | Old Mister Peters beat me with the Sicilian again. | You always castle too late.
        I lie awake until two every night. | Put the screen away an hour before bed and keep the room cool. | And no coffee after lunch. | A short walk in the evening helped me most.
        Could we compare the two insurance offers? | The cheaper one does not cover flooding. | We live next to a river, so that's out.
        We got a letter about the flat. | From March on it is eighty euros more per month. | Can he do that twice within a year? | I'll ask the tenants' association.
        The telescope arrived yesterday. | We saw the rings of Saturn from the balcony. | With the street lamps off it would be even clearer.
        Her thesis is about the migration of storks. | She puts tiny transmitters on their legs. | One of them flew to Chad and back.
        On Saturday night the disk of the database filled up. | The log files had not been rotated for weeks. | Customers could not log in until Sunday noon. | We need an alarm at eighty percent.
        I tried that new climbing hall. | My forearms hurt so much that I couldn't open a jar. | The blue routes are enough for a start.
        Do you know a good tailor? | The one behind the station shortened my trousers in a day. | He also repairs zips.
        Grandma gets her new hip on the ninth of June. | She'll be in hospital for a week and then in rehab for three. | Someone has to water her orchids.
        The printer jams with every second page. | Clean the rollers with a damp cloth. | If that doesn't help, we order a new tray.
        They found a Roman coin in the field behind the church. | The farmer wanted to keep it. | By law it belongs to the county.
        Let's do the tax return this weekend. | I still miss the receipt for the desk. | Working from home counts for five euros a day.
        I started piano lessons at forty-three. | My teacher says that adults practise too fast and too rarely. | Ten minutes each day, both hands apart. | I can play half a minuet now.
        The lighthouse keeper told us about the storm of eighty-seven. | The waves broke the windows at thirty metres. | He hadn't slept for three days.
        Our train card expires in August. | With the new pass regional trains are free. | But not the fast ones, careful.
        This morning the lock was cut through and it was gone. | The red one, with the child seat? | Yes, straight from the rack in front of the office. | Tell the police the frame number.
        The bakery on the corner closes for good. | Forty years, and no one wants to get up at two. | I'll miss the poppy seed rolls.
        How was the concert? | The second violin broke a string in the middle of the Brahms. | She took her neighbour's instrument and played on.
        I am thinking about handing in my notice. | What bothers you? | My manager changes her mind every day, and there was no raise for three years. | I would rather work in a small team again.
        The dishwasher leaves a white film on the glasses. | That's lime, you have to refill the salt. | The light for it has been on for weeks.
        Did you see the fox in the garden? | It sleeps under the shed with two cubs. | Close the hen house at dusk.
        We learned how to fold paper cranes. | A thousand of them grant a wish, they say. | I gave up after eleven.
        The exam in anatomy was brutal. | Forty bones of the foot and hand by their Latin names. | Half of us have to repeat it.
        In April the potatoes go into the soil, two weeks later the onions. | And the tomatoes? | Not outside before the middle of May, because of the frost. | I'll sow the radishes between them.
        The ferry to the island goes twice a day. | In a strong wind it stays in the harbour. | Take the one at nine, it's half empty.
        Mark's startup ran out of cash. | Two investors stepped back at the last minute. | He'll sell the patents and pay the staff.
        I can't find the charger for the camera. | It's in the green box with the old cables. | The memory card is full, by the way.
        Yesterday Emil said "ball" and pointed at the moon! | Not mama, not papa. | He's only ten months old, that's early. | I have it on video.
        The painter suggests a warm grey for the hall. | Two coats, and the ceiling stays white. | He starts on Tuesday at eight.
        There's a wasps' nest below the roof. | Don't touch it, they're protected. | The beekeeper will move it for a small fee.
        The garage called: the clutch is worn out, and one brake disc. | What do they want for that? | Eleven hundred and forty with labour. | The old thing isn't worth much more.
        We voted on the colour of the logo for an hour. | In the end the boss took the blue one. | As he always does.
        My uncle worked in a mine in Wales. | They had canaries against the gas until the eighties. | He still coughs.
        A parcel came for the people upstairs. | I signed for it and put it behind the stairs. | Ring their bell after six.
        At the end, when the old man lets the dog go, I had to use three tissues. | Me too, and the whole row behind us sobbed. | Who was the director? | A Korean woman, it's her first.
        She makes her own soap from olive oil. | It has to rest for six weeks before you can use it. | The lavender one smells best.
        The referee gave a penalty in the ninety-third minute. | It was never a foul, he dived. | We lost two to one and are out.
        They teach us to parallel park with mirrors only. | My driving test is on the fourth. | Breathe, and look over your shoulder.
        I bought shares of the wind farm. | They pay four percent, if it blows. | Don't put everything into one basket.
        Who do you think gets the town hall? | The polls have the teacher at forty-six and the banker at forty-one. | The young ones don't vote, so I'd bet on the banker. | I'd like the teacher.
        The glacier has lost twenty metres since last year. | The guide showed us the painted marks on the rock. | The hut will have to move.
        I got the key of the laundry room copied. | It doesn't turn properly. | File the second tooth a little.
        They're restoring the organ of the cathedral. | Each of the four thousand pipes is washed by hand. | It'll sound again at Christmas.
        The kids have head lice at the nursery. | The comb works better than the lotion. | Wash all the pillow cases at sixty degrees.
        The insects ate us alive by the lake. | Long sleeves at sunset, and pitch the tent away from the water. | My aunt swears by oil of lemon eucalyptus. | The coils only smoke and stink.
        He proposed a four-day week for the whole department. | Same pay, and ten hours a day. | Half of them have small children, that won't do.
        The old radio only hums. | I'd say it's the big capacitor near the transformer. | Unplug it, and wait before you touch anything.
        She speaks seven languages, Basque among them. | She reads a children's book in each new one first. | Then she watches the news.
        Our hotel had a rooftop pool and no hot water. | They gave us one night for free. | The breakfast was superb, though.
        Ten minutes after the prawns his lips swelled up and he could hardly breathe. | Did someone have a pen for the injection? | The waiter did, thank God. | He'll be tested in the clinic next week.
        The library fines are abolished. | I brought back a book from nineteen ninety-eight. | They laughed and took a photo.
        We need a birthday cake for thirty people. | Chocolate with raspberries, and one without gluten. | I'll order from the place at the canal.
        The solar panels made nine kilowatt hours today. | That's the car for fifty kilometres. | In December it was hardly one.
        My back hurts when I sit for long. | Put the monitor higher and get up every half hour. | The physiotherapist showed me three exercises with a towel.
        The theatre group does Macbeth in the old factory. | Three witches on roller skates. | I play the porter.
        I can see us in the small chapel on the cliffs, with the reception in the barn. | My mother will want the cathedral. | Only sixty guests, and the sea behind us when we say yes. | Then let's ask for the second Saturday in September.
        The archive wants the letters of my great-grandfather. | He wrote them from the front in nineteen sixteen. | I'll scan them before.
        The coffee machine needs a new seal. | It's six pounds online, or forty in the shop. | Until then there's the French press.
        They caught the man who sold fake tickets. | He used the same photo for all of them. | We won't see the money again.
        The bees came through the winter well. | Two of three hives are strong. | I'll take the first honey in June.
        We should back up the pictures twice. | One disk at home and one at your brother's. | The cloud costs more than the disks by now.
        """)

    private static let names = ["Priya", "Tom", "Chen", "Olga", "Samuel", "Fatima"]
    private static let places = ["Bristol", "Oslo", "the annex", "room twelve", "the west wing", "Madrid"]
    private static let days = ["Monday", "Tuesday", "Wednesday", "the third", "the twentieth", "next Friday"]
    private static let numbers = ["twelve", "twenty", "thirty-five", "four", "eighty", "seven"]

    /// What is said again and again, with other people, places and numbers.
    private static let repeated = lines(
        """
        NAME, can you take the minutes on DAY? | Sure, but I have to leave after NUMBER minutes. | Then send me what you have.
        The meeting moved from PLACE to the big hall. | On DAY, as before? | Yes, and NAME brings the projector.
        NAME has sent NUMBER invoices again. | Two of them are paid already. | I'll call accounting on DAY.
        I'd like to book a table for NUMBER on DAY. | Inside or on the terrace? | Inside, please, in the name of NAME.
        The delivery from PLACE is late. | NAME says the lorry broke down. | So no pallets before DAY.
        We need NUMBER more chairs for PLACE. | NAME has some in the cellar. | Bring them up on DAY.
        How was your holiday in PLACE? | It rained for NUMBER days, then it was lovely. | NAME got a sunburn all the same.
        NAME called in sick this morning. | Then I do the shift in PLACE. | You did NUMBER this month already.
        The tests of NAME's branch are red. | NUMBER of them fail since DAY. | Let's look at it together after lunch.
        Could you send the slides to NAME? | All NUMBER of them? | Only the ones about PLACE.
        I ordered NUMBER notebooks and a stapler. | They come to PLACE on DAY. | NAME will sign for them.
        The customer in PLACE wants a discount of NUMBER percent. | NAME won't agree. | Offer free delivery instead.
        Let's go for a run on DAY. | NUMBER kilometres are too much for me. | NAME does a shorter round.
        The heating in PLACE is off again. | It was NUMBER degrees in there. | NAME will phone the caretaker on DAY.
        Have you packed everything for PLACE? | NUMBER shirts, and the present for NAME. | The taxi comes on DAY at six.
        NAME's contract ends on DAY. | We want to keep her for NUMBER months more. | I'll write to personnel.
        The new lift in PLACE holds NUMBER people. | NAME got stuck in it on DAY. | The stairs are healthier anyway.
        I watched NUMBER episodes with NAME. | Don't tell me how it ends! | We go on with it on DAY.
        NAME needs the keys for PLACE. | I gave back all NUMBER of them on DAY. | Ask at the reception.
        The training in PLACE costs NUMBER hundred euros. | NAME went there and liked it. | Then put me down for DAY.
        NAME and I had lunch near PLACE. | The soup of the day, for NUMBER euros. | They are closed on DAY, I think.
        """
    ).flatMap { template in
        (0..<6).map { index in
            template.replacing("NAME", with: names[index]).replacing("PLACE", with: places[index])
                .replacing("DAY", with: days[(index * 5 + 1) % 6]).replacing("NUMBER", with: numbers[(index * 5 + 3) % 6])
        }
    }

    private static func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
