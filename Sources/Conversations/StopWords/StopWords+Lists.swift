extension StopWords {
    /// Stop words of each language that has words between blanks, without case. A `?` marks words that mean something in another of these languages, as
    /// German `war` and French `car` do: they are stop words only where the language is known.
    static let lists: [String] = [
        // English
        """
        a about above after again against all also am an and any are aren't as at be because been before being below between both but by can? \
        can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from further had hadn't has hasn't have \
        haven't having he he'd he'll he's her here here's hers herself him himself his how how's i i'd i'll i'm i've if in into is isn't it it's \
        its itself just let's me more most my myself no nor not of off oh on once? only or other our ours ourselves out over own? same she she'd \
        she'll she's should shouldn't so some such than that that's the their theirs them themselves then there there's these they they'd they'll \
        they're they've this those through to too uh um under until up us very was wasn't we we'd we'll we're we've were weren't what what's when \
        when's where where's which while who who's whom why why's will? with won't would wouldn't you you'd you'll you're you've your yours \
        yourself yourselves
        """,
        // German
        """
        aber alle? allem allen? aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei bin? bis bist da damit \
        dann das dass daß dein deine deinem deinen deiner dem den? denn der des dich die? dir doch dort du durch ein eine einem einen einer eines \
        einig einige er es euch euer für gegen gewesen hab habe haben hat? hatte hatten hier hin? hinter ich ihm ihn ihnen ihr ihre ihrem ihren \
        ihrer im in indem ins ist ja jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann kein keine keinem keinen keiner können \
        könnte mal man? manche mein meine meinem meinen meiner mich mir mit muss musste nach nicht nichts noch? nun? nur ob oder ohne sehr sein \
        seine seinem seinen seiner selbst sich sie sind so solche soll sollte sondern sonst über um und uns unser unsere unter viel vom von vor \
        während war? waren warst was weg? weil weiter welche welchem welchen welcher welches wenn werde werden wie wieder will? wir wird wirst wo \
        wollen wollte würde würden zu zum zur zwar zwischen fur?
        """,
        // French
        """
        a à ai? as au? aux avait avec avez avons c'est car? ce ceci cela ces cet cette ceux comme d'un d'une dans? de des deux donc dont du elle \
        elles en est et était étaient étant été? être eu? eux fait fut il ils j'ai je la là le les leur leurs lui ma mais mes moi mon? n'est ne nos \
        notre nous on ont ou où par? pas plus? pour? qu'elle qu'il qu'on que quel quelle quelles quels qui s'il sa sans se sera ses si son? sont \
        sous suis sur ta tes toi ton? très tu un une vos votre vous y
        """,
        // Spanish
        """
        a al algo algunas algunos ante? antes? aquí así aunque cada como con? contra cómo cual cuál cuando cuándo de del desde donde dónde dos? \
        durante e el él ella? ellas ellos en entre era? eran eres es esa esas ese eso esos esta está estaba están estar estas este? esto estos \
        estoy fue fueron ha había han hasta hay? he la las le les lo los más me mi mis mucho muchos muy nada ni no nos nosotros nuestra nuestro o \
        os? otra otro otros para pero poco por porque pues que qué quien quién se sea? ser si sí sido sin? sobre? son? su sus también tan? tanto \
        te tengo ti tiene todo todos tu tú tus un una uno unos usted ustedes y ya yo
        """,
        // Italian
        """
        a abbiamo ad? agli ai? al alla alle allo anche avere aveva c'è che chi ci coi col come? con? contro cui da? dagli dai dal dalla dalle dei \
        del della delle dello dentro di dove? e è ed era? erano essere fra già gli ha hai hanno ho? i il in io? l'ha la le lei li lo loro lui ma \
        me mi mia mie miei mio ne nei nel nella nelle negli noi non? nostra nostro o per? perché più quale quando quanto quella quelle quelli \
        quello questa queste questi questo se sei? si sia sono stata stato? su sua sue? sugli sui sul sulla suo suoi te ti tra tu tua tue tuo tutti \
        tutto un una uno vi voi
        """,
        // Portuguese
        """
        a à ao aos aquela aquele aqueles aquilo as às até com como da? das de dela dele deles depois do dos? e é ela elas ele eles em entre era? \
        eram essa essas esse esses esta está estão estava este? estes eu? foi foram há isso isto já lhe mais? mas me mesmo meu meus minha minhas \
        muito na nas não nem no nos nossa nosso num numa o os? ou para pela pelas pelo pelos por qual quando que quem são? se seja sem ser seu seus \
        só sua suas também te tem? tinha um uma? você vocês
        """,
        // Dutch
        """
        aan al alles als altijd andere ben? bij daar dan? dat de der deze die? dit doch doen? door? dus een en er ge geen geweest haar had heb \
        hebben heeft hem? het hier hij hoe? hun? ik in is ja je jij jou jouw kan kon kunnen maar meer me men? met? mij mijn moet na naar niet \
        niets nog nu of om omdat onder ons ook op over reeds? te tegen toch toen? tot? uit uw van? veel voor want? waren was wat we wel wezen? wie \
        wij wil worden wordt ze zei zelf zich zij zijn zo zonder zou
        """,
        // Swedish
        """
        alla att av blev bli blir då de? den? denna deras dess det detta dig? din? dina där efter ej eller en er ett från för? ha hade han hans? \
        har hennes henne här hon hur i icke inte jag ju kan kunde man? med mellan men? mig min? mina mitt? mot mycket någon något några när och om \
        på sedan? sig sin? sina sitt så till? under upp var? vara varit vad vem vi vid vilken vilket vill våra vår är över
        """,
        // Danish
        """
        ad? af alle? alt? at blev blive bliver da de? dem den? denne der deres det dette dig? din? disse du efter eller en end? er et for fra ham? \
        han hans? har havde hende hendes her hos hun? hvad hvem hvis hvor i ikke ind jeg jer jo? kan kunne man? mange? med meget men? mig min? mine? \
        mod? nej? noget nogle nu når og også om op os? over på sådan selv sig sin? sit? skal skulle som? thi til? ud under var? vi vil ville vor \
        være været
        """,
        // Norwegian
        """
        alle? at av bare? begge ble blei bli blir blitt da de? deg? dei? dem den? denne der dere deres det dette di din? disse du eller en enn er \
        et etter for fordi fra før ha hadde han hans? har hennes henne her hos hun? hva hvem hvor hvordan i ikke ikkje ingen inn? ja jeg kan kom \
        kunne man? mange? med meg? mellom men? min? mitt? mot mye nei noe noen nå når og også om opp oss over på samme seg selv sin? skal skulle \
        slik som? så til? ut var? vi vil ville være vært vår å
        """,
        // Finnish
        """
        ei eivät emme en et että ja jo? jos jossa joka jotka kanssa kuin kun me? mikä minä minun mitä mukaan mutta myös ne? niin noin nyt ole? olen \
        oli olivat on? ovat se? sekä sen sillä sinä sitä tai? tämä tämän te? tuo vaan vai? vain? vielä voi
        """,
        // Polish
        """
        a aby ale? bardzo bez? bo być był była było były będzie ci? co? coś czy dla do gdy gdzie go? i ich? im? ja jak jako je jego jej jest? \
        jestem już kiedy kto która które którzy który lub ma mają mi? mnie może mój my na? nad? nas? nawet nie nim niż o od? on? ona one? oraz po? \
        pod? przed przez przy się są ta tak także tam te? tego tej ten? to tu tylko tym w we? wszystko z za ze że
        """,
        // Czech
        """
        a aby ale? ani ano asi až bude budu by? byl byla bylo byly být či co? do ho? i já jak jako je jeho jej její jen? jejich jestli jsem jsi \
        jsme jsou jste k? kam? kde kdo když která které který kteří ma mi? mít mně moc? mu? můj my na? nad? ne? nebo není než něco nic? o od? on? \
        ona oni? ono? po? pod? podle pro? proč proto protože při s se? si? své svůj ta tak také tam tato te? tedy ten? tento to toho tom? tu ty u \
        už v ve však z za ze že take?
        """,
        // Hungarian
        """
        a abban ahogy aki akik amely amelyek ami? amit arra az? azért azok azt azzal be? csak de? e? egy egyes ehhez ekkor el én és ez ezek ezért \
        ezt fel? ha hanem hiszen hogy hogyan igen így ilyen jól kell ki? le? lesz lett? maga már meg? mely mert mi? mikor mint? minden mit? most? \
        nagyon ne? neki nekem nem nincs olyan ott össze? ő ők pedig s? saját sem? sok? szerint te? tehát úgy után vagy vagyok való van? vannak \
        volt? volna voltak
        """,
        // Romanian
        """
        a? acea aceasta această acest acesta acestea al ale? am are? as? asta aș așa au? ca că care? ce cel cele cei cine cu cum? da? dar? de? \
        deci din? dintre doar după ea ei el? ele este? eu? eram fi fie? fiecare fost iar îi îl în între îmi își la? le? lui? mai mea mei mi? mult \
        nici nimic noi nu? o? pe pentru poate prin sa? să sau se? si? și sunt te? toate tot? toți tu? un? unde unei unui va voi vor
        """,
        // Turkish
        """
        acaba ama ancak bana bazı belki ben? beni benim? bir biri biz bizim bu? bunu bunun çok çünkü da? daha de? değil diye en? gibi hem? hep \
        hepsi her? hiç için ile ise? kadar ki? kim? mi? mu? mı ne? neden nasıl o? olan olarak oldu on? onlar onu onun sana? sen? seni siz sonra şey \
        şu tüm var? ve veya ya? yani yok
        """,
        // Indonesian
        """
        ada? adalah agar? akan aku apa atau bagi bahwa banyak belum bisa dalam dan? dapat dari dengan di? dia ini itu jika juga kalau kami kamu \
        karena ke? kita lagi maka mereka nya oleh pada saat? saya sebagai sedang seperti sudah tapi telah tetapi tidak untuk yang
        """,
        // Greek
        """
        αλλά αν από αυτά αυτές αυτή αυτό αυτοί αυτός για δεν εγώ εδώ είμαι είναι είχε εκεί ένα ένας εσύ έχει η ή ήταν θα και κι με μας μη μην μία \
        μια μου να ο οι όμως όταν ότι που πολύ πώς σαν σας σε στα στη στην στις στο στον στους σου τα τη την της τι τις το τον του τους των ως
        """,
        // Russian
        """
        а без более больше бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее её если есть еще ещё же за \
        здесь и из или им их к как ко когда кто ли либо мне может мы на над надо наш не него нее неё нет ни них но ну о об однако он она они оно \
        от очень по под при с со так также такой там те тем то того тоже той только том ты у уже хотя чего чей чем что чтобы чьё эта эти это я
        """,
        // Ukrainian
        """
        а або але без би бо був була були було бути в вам вас весь від він вона вони воно вже все всі де дещо для до його є ж за зі і із інші її \
        їх й як який яка які коли ли лише мене мені ми на над нас не нема ні них но ну о один от ось по про під при саме свій себе так також там \
        та те тим то тобі того той тільки ти тут у це цей ця ці чи через що щоб я
        """,
        // Arabic
        """
        أن أنا أنت أو أي إذا إلا إلى إن الآن التي الذي الذين الى ان أما بعد بعض بل بين تلك ثم حتى حيث ذلك رغم على عن عند عندما غير فقط في فيها قد \
        كان كانت كل كما كنت كيف لا لأن لكن لم لن له لها ليس ما ماذا مثل مع من منذ منها نحن هذا هذه هم هنا هناك هو هي و ولا يا
        """,
        // Hebrew
        """
        אבל או אותה אותו אותי אותך אז אחר אחרי איך אין איפה אל אלה אם אני אנחנו אתה אתם את בו בין גם הוא היא היה היו הם הן הזה זאת זה זו יש כבר כי \
        כל כן כמו לא לה לו לי לך לכם למה מה מי מאוד על עוד עכשיו עם פה רק של שלי שלך שלו שם
        """,
        // Persian
        """
        آن آنها اگر اما از است او این با باید بر برای بود بودن به بی تا تو چرا چه چون چی خود داشت در دیگر را شما شد شده که ما من می نه نیز هر هم \
        همه همین و ولی ها های هست هستند یا یک
        """,
        // Hindi
        """
        अगर अपना अपनी अपने अब आप इन इस इसके इसे उन उनका उस उसका उसके उसे एक और कर करना का कि किया किसी की कुछ के को कोई क्या क्यों गया गयी जब जैसे \
        जो तक तब तुम तो था थी थे दिया न नहीं ने पर फिर बहुत भी मुझे मेरा मेरी मेरे में मैं यह यहाँ या ये लिए वह वहाँ वे से हम हमारे हाँ ही हुआ हुई \
        हुए हूँ है हैं हो
        """,
        // Chinese
        """
        的 了 是 在 和 也 就 都 而 及 与 着 或 个 吗 呢 吧 啊 嗯 我 你 他 她 它 我们 你们 他们 她们 这 那 这个 那个 这些 那些 什么 怎么 么样 没有 不是 就是 还是 因为 所以 但是 如果 可以
        """,
        // Japanese
        """
        の は が を に へ と で も や か ね よ から まで より です ます した する ない ある いる これ それ あれ この その あの ここ そこ こと もの ため でも
        """,
        // Korean
        """
        이 그 저 것 수 등 및 또는 그리고 그러나 하지만 그래서 나 나는 내가 너 너는 우리 저는 제가 이것 그것 무엇 왜 어떻게 아주 매우 더 안 못
        """,
    ]
}
