"""What the chain sells: one row a product, in the words of its buyers.

A row reads: title | US price | theme | options | material | what is good about it.
The theme is the occasion that people buy it for; things of one theme end up in the same basket.
Marks before the title: `!` final sale, `18+` an age limit.
"""

from __future__ import annotations

CLOTHES = "size: XS S M L XL"
SHIRTS = "size: S M L XL"
HEELS = "size: 36 37 38 39 40 41"
SHOES = "size: 38 39 40 41 42 43 44"

ROWS: dict[str, str] = {
    "dresses": f"""
Blue Wrap Dress | 89 | evening | {CLOTHES} | soft viscose | a wrap that ties at the waist and moves when you do
Emerald Slip Dress | 98 | evening | {CLOTHES} | bias-cut satin | a clean line that needs nothing but earrings
Black Column Dress | 119 | evening | {CLOTHES} | crepe with a little stretch | long, plain and sure of itself
Rust Midi Dress | 84 | everyday | {CLOTHES} | washed linen | deep pockets and a hem that clears the bicycle chain
Striped Shirt Dress | 76 | office | {CLOTHES} | cotton poplin | a collar for the morning and a belt for the evening
Navy Knit Dress | 92 | office | {CLOTHES} | merino rib | warm enough for a cold office, soft enough for the sofa
Poppy Sun Dress | 58 | travel | {CLOTHES} | cotton voile | packs to the size of a paperback
Grey Jersey Dress | 54 | everyday | {CLOTHES} | organic jersey | the one you reach for on Sundays
Plum Velvet Dress | 134 | evening | {CLOTHES} | cotton velvet | made for candlelight and long dinners
Meadow Tea Dress | 79 | everyday | {CLOTHES} | printed viscose | small flowers, real buttons
Ivory Pleated Dress | 109 | evening | {CLOTHES} | recycled satin | pleats that stay where they were put
Denim Pinafore | 69 | everyday | {CLOTHES} | mid-weight denim | takes a shirt underneath in autumn
! Sequin Party Dress | 64 | evening | {CLOTHES} | sequins on mesh | last season's sparkle at the last price
""",
    "shirts": f"""
Linen Camp Shirt | 49 | everyday | color: sand olive; {SHIRTS} | European linen | an open collar and a straight hem
Oxford Shirt | 59 | office | color: white sky; {SHIRTS} | brushed oxford cotton | the collar stands without a tie
Flannel Overshirt | 74 | camping | color: rust pine; {SHIRTS} | double-brushed flannel | half shirt, half jacket
Chambray Work Shirt | 54 | everyday | {SHIRTS} | chambray | gets better with every wash
Silk Blouse | 94 | office | color: ivory slate; {CLOTHES} | sandwashed silk | a soft bow that can be left undone
Pocket Tee | 24 | everyday | color: white navy moss; {SHIRTS} | heavy organic cotton | keeps its shape and its place
Long-Sleeve Base Layer | 48 | running | color: black teal; {SHIRTS} | merino jersey | warm when wet, fresh for days
Running Singlet | 34 | running | color: lime black; {SHIRTS} | recycled mesh | flat seams where it matters
Breton Stripe Top | 42 | travel | {CLOTHES} | combed cotton | a boat neck and sleeves that push up
Grandad Collar Shirt | 56 | everyday | {SHIRTS} | slub cotton | four buttons and no fuss
Turtleneck Sweater | 88 | everyday | color: oat charcoal; {CLOTHES} | lambswool | close at the neck, easy below
Quarter-Zip Fleece | 66 | camping | color: pine stone; {SHIRTS} | recycled fleece | worn between tent and coffee
Rain Shell | 129 | camping | color: marigold slate; {SHIRTS} | three-layer cloth | taped, and the hood turns with you
! Holiday Print Shirt | 28 | travel | {SHIRTS} | viscose | pineapples, unapologetic, and not coming back
""",
    "shoes": f"""
Silver Heels | 99 | evening | {HEELS} | metallic leather | a seven-centimetre block heel that survives the dance floor
Black Court Shoes | 92 | office | {HEELS} | smooth leather | a low heel for long days
Suede Ankle Boots | 139 | everyday | {HEELS} | water-resistant suede | a side zip and a sole with grip
Canvas Sneakers | 52 | everyday | {SHOES} | organic canvas | vulcanised soles, cotton laces
Trail Runners | 124 | running | {SHOES} | ripstop mesh | deep lugs for mud and a rock plate for the rest
Road Runners | 118 | running | {SHOES} | engineered knit | a light foam that forgives the last mile
Leather Loafers | 128 | office | {SHOES} | calf leather | a stitched apron and a sole that can be renewed
Hiking Boots | 169 | camping | {SHOES} | nubuck leather | ankles held, toes free
Espadrilles | 44 | travel | {HEELS} | jute and cotton | slip on, go out
House Slippers | 36 | home | {SHOES} | boiled wool | a felt sole that is kind to floors
Rain Boots | 62 | everyday | {SHOES} | natural rubber | a lining that dries overnight
! Strappy Sandals | 39 | travel | {HEELS} | leather | the last pairs of a good summer
""",
    "accessories": """
Pearl Drop Earrings | 48 | evening | | freshwater pearls | light enough to forget
! Pearl Stud Earrings | 32 | evening | | freshwater pearls | sold as final sale for hygiene's sake
Beaded Clutch | 69 | evening | color: silver midnight | glass beads | holds a phone, keys and one secret
Leather Belt | 45 | office | size: S M L | bridle leather | one buckle for ten years
Wool Scarf | 52 | everyday | color: camel forest grey | lambswool | wide enough for two
Ribbed Beanie | 26 | camping | color: rust navy | merino | no itch, no pompom
Canvas Tote | 29 | everyday | color: natural black | heavy canvas | flat handles that stay on the shoulder
Weekend Bag | 148 | travel | color: olive tan | waxed canvas | fits under the seat in front of you
Packing Cubes | 34 | travel | color: slate coral | recycled nylon | four cubes that bring order to a suitcase
Silk Sleep Mask | 22 | travel | | mulberry silk | dark, at last
Running Cap | 27 | running | color: white black | quick-dry mesh | a brim that folds into a pocket
Running Belt | 31 | running | size: S M L | stretch knit | phone, key and gel without the bounce
Leather Card Holder | 38 | office | color: black cognac | vegetable-tanned leather | six cards and a folded note
Umbrella | 42 | everyday | color: black navy | steel and fibreglass | turns inside out and back again
""",
    "home": """
Linen Duvet Cover | 129 | home | size: single double king | stonewashed linen | cool in July, warm in January
Cotton Percale Sheets | 79 | home | size: single double king | long-staple percale | crisp like a hotel, quiet like home
Wool Throw | 89 | home | color: oat moss rust | lambswool | fringed by hand at both ends
Feather Cushion | 34 | home | color: ochre slate | duck feather and linen | plump it once and it stays
Stoneware Vase | 46 | home | color: chalk clay | stoneware | made for three stems or thirty
Beeswax Candles | 28 | home | | pure beeswax | six candles that burn without dripping
Reading Lamp | 98 | home | color: brass black | steel | turns, tilts, dims and stays put
Jute Rug | 119 | home | size: small large | hand-woven jute | hides crumbs, shows taste
Bath Towel Set | 58 | selfcare | color: white sage | Turkish cotton | two towels with weight to them
Laundry Basket | 49 | home | | woven seagrass | a lid and two honest handles
Picture Frame | 24 | home | size: small large | oak | a mount that makes any photograph better
Wall Clock | 64 | home | color: white black | ash and glass | no tick
Room Diffuser | 39 | selfcare | scent: cedar fig | glass and rattan | three months of someone else's garden
Storage Boxes | 32 | home | color: natural grey | felt | a set of three that nest
""",
    "kitchen": """
Drip Coffee Maker | 119 | coffee | color: black cream | steel and glass | brews at 93 degrees and switches itself off
Paper Filters | 7 | coffee | | unbleached paper | a hundred filters, nothing to taste
Burr Grinder | 139 | coffee | | ceramic burrs | forty settings from Turkish to French press
Single-Origin Coffee Beans | 18 | coffee | roast: light dark | washed arabica | roasted on Mondays
Pour-Over Kettle | 69 | coffee | color: steel black | brushed steel | a spout that pours where you look
French Press | 44 | coffee | | glass and cork | four cups and a slow morning
Stoneware Mugs | 36 | coffee | color: chalk moss | stoneware | a set of four with room for a thumb
Cast Iron Skillet | 58 | cooking | size: small large | cast iron | seasoned already and better every year
Enamel Dutch Oven | 149 | cooking | color: cream forest | enamelled iron | one pot for bread, beans and Sunday
18+ Chef's Knife | 94 | cooking | | high-carbon steel | twenty centimetres of balance
Cutting Board | 52 | cooking | | end-grain maple | kind to edges
Loaf Tin | 21 | baking | | aluminised steel | straight sides and square corners
Proofing Basket | 26 | baking | | rattan | leaves its rings on your bread
Kitchen Scale | 33 | baking | color: white black | glass | to the gram, up to five kilos
Bread Flour | 9 | baking | | stoneground wheat | strong, pale and local
Rolling Pin | 24 | baking | | beech | no handles, no wobble
""",
    "outdoor": """
Trail Tent | 249 | camping | size: two-person three-person | ripstop nylon | up in four minutes, two when it rains
Down Sleeping Bag | 199 | camping | size: regular long | responsible down | warm to minus five
Sleeping Mat | 79 | camping | size: regular long | insulated foam | inflates itself while you cook
Camp Stove | 64 | camping | | steel and brass | boils a litre in four minutes
Headlamp | 39 | camping | color: black orange | aluminium | a red light for maps and tent mates
Trekking Poles | 88 | camping | | carbon | fold into thirds
Insulated Bottle | 32 | running | color: steel teal rust | steel | cold for a day, hot for a night
Day Pack | 94 | travel | color: slate pine | recycled nylon | twenty litres and a back that breathes
Hammock | 54 | camping | color: teal marigold | parachute nylon | two trees and an afternoon
Picnic Blanket | 46 | garden | | wool and waxed cotton | dry underneath, soft on top
Garden Trowel | 19 | garden | | forged steel | ash handle, measured blade
Pruning Shears | 37 | garden | | hardened steel | a clean cut and a spring that lasts
Herb Seeds | 12 | garden | | five herbs | from sill to supper in six weeks
Watering Can | 41 | garden | color: zinc green | galvanised steel | a rose as gentle as drizzle
Enamel Camp Mug | 14 | camping | color: white blue | enamelled steel | the chips are part of it
""",
    "electronics": """
Wireless Headphones | 179 | music | color: black sand | aluminium and leather | thirty hours and a real off switch
Wireless Earbuds | 119 | running | color: white black | recycled plastic | stay in on hills
Portable Speaker | 89 | music | color: moss slate | woven fabric | fills a kitchen, survives a river
Turntable | 229 | music | color: walnut black | walnut and steel | belt driven, ready to play
Record Brush | 18 | music | | carbon fibre | lifts dust, leaves music
E-Reader | 149 | travel | | glass and magnesium | a month on a charge
E-Reader Sleeve | 29 | travel | color: grey tan | wool felt | snug, with no magnets
USB-C Charger | 39 | office | color: white black | recycled plastic | charges a laptop and a phone at once
Power Bank | 49 | travel | | aluminium | three charges in a shirt pocket
Mechanical Keyboard | 129 | office | switch: quiet tactile | aluminium | types like rain on a roof
Desk Lamp | 84 | office | color: white black | steel | bright for work, warm for after
Webcam | 74 | office | | glass lens | kind to faces at nine in the morning
Laptop Stand | 46 | office | | bent ash | brings the screen to your eyes
Running Watch | 219 | running | color: black white | steel and silicone | pace, pulse and the way back
Film Camera | 89 | travel | | recycled plastic | loads in daylight, thirty-six chances
""",
    "toys": """
Wooden Train Set | 59 | kids | | beech | forty pieces and one very loud whistle
Train Bridge | 24 | kids | | beech | fits the train set, and most others
Building Blocks | 44 | kids | | maple | sixty blocks with sanded corners
Plush Hare | 28 | kids | color: grey cream | organic cotton | ears made for holding
Jigsaw Puzzle | 22 | kids | pieces: 100 500 1000 | recycled board | a map of birds, in order of noise
Watercolour Set | 19 | kids | | pigment and gum arabic | twelve colours that wash out
Kite | 34 | kids | color: red blue | ripstop polyester | flies in less wind than you think
Card Game | 16 | kids | | linen-finish card | learnt in a minute, argued over for years
Stacking Cups | 15 | kids | | wheat fibre | for the bath, the sand and the tower
Balance Bike | 119 | kids | color: sage coral | birch | two wheels, no pedals, no tears
Bike Helmet | 48 | kids | size: S M | foam and polycarbonate | a dial that little hands can turn
Science Kit | 42 | kids | | paper and glass | fourteen experiments, none on the cat
Puppet Theatre | 54 | kids | | birch ply | folds flat behind a door
Board Game | 38 | home | | card and beech | two to five players and one hour
""",
    "beauty": """
Rose Face Oil | 38 | selfcare | | cold-pressed oils | four drops at night
Oat Hand Cream | 16 | selfcare | | oat and shea | sinks in before the phone rings
Cedar Beard Oil | 24 | selfcare | | jojoba and cedar | tames without shine
Clay Mask | 27 | selfcare | | white clay | ten minutes, a clearer Monday
Sea Salt Soap | 9 | selfcare | scent: salt cedar | olive oil and salt | a bar that lasts a month
Lavender Bath Salts | 21 | selfcare | | sea salt and lavender | for the bath that you promised yourself
Mineral Sunscreen | 26 | travel | factor: 30 50 | zinc oxide | no white cast and no scent
Lip Balm Trio | 14 | selfcare | | beeswax | one for each coat
Solid Shampoo | 13 | travel | scent: citrus mint | coconut | eighty washes and no bottle
Hair Brush | 32 | selfcare | | beech and boar bristle | a hundred strokes if you have the time
Evening Lipstick | 29 | evening | shade: garnet rosewood | waxes and pigment | stays through dinner
Nail Polish | 15 | evening | shade: silver ink blush | plant-based lacquer | dry in a minute
! Scented Gift Box | 34 | selfcare | | three small candles | wrapped already, and final sale
Shaving Kit | 64 | selfcare | color: black chrome | steel and badger-free bristle | a ritual instead of a rush
""",
}

PARTNERS: dict[str, tuple[tuple[str, float], ...]] = {
    "Blue Wrap Dress": (("Silver Heels", 0.6), ("Pearl Drop Earrings", 0.1)),
    "Emerald Slip Dress": (("Pearl Drop Earrings", 0.4), ("Beaded Clutch", 0.2)),
    "Black Column Dress": (("Beaded Clutch", 0.35), ("Black Court Shoes", 0.25)),
    "Plum Velvet Dress": (("Evening Lipstick", 0.35),),
    "Striped Shirt Dress": (("Leather Belt", 0.4),),
    "Oxford Shirt": (("Leather Loafers", 0.3), ("Leather Belt", 0.25)),
    "Trail Tent": (("Down Sleeping Bag", 0.6), ("Sleeping Mat", 0.4)),
    "Down Sleeping Bag": (("Sleeping Mat", 0.5),),
    "Camp Stove": (("Enamel Camp Mug", 0.5),),
    "Hiking Boots": (("Trekking Poles", 0.35),),
    "Drip Coffee Maker": (("Paper Filters", 0.7), ("Single-Origin Coffee Beans", 0.4)),
    "Burr Grinder": (("Single-Origin Coffee Beans", 0.6),),
    "Pour-Over Kettle": (("Paper Filters", 0.4), ("Stoneware Mugs", 0.3)),
    "Chef's Knife": (("Cutting Board", 0.55),),
    "Proofing Basket": (("Bread Flour", 0.5), ("Kitchen Scale", 0.3)),
    "Loaf Tin": (("Bread Flour", 0.5),),
    "Linen Duvet Cover": (("Cotton Percale Sheets", 0.4),),
    "Trail Runners": (("Running Belt", 0.4), ("Insulated Bottle", 0.25)),
    "Road Runners": (("Running Singlet", 0.35), ("Running Cap", 0.25)),
    "Turntable": (("Record Brush", 0.65),),
    "E-Reader": (("E-Reader Sleeve", 0.55),),
    "Laptop Stand": (("Mechanical Keyboard", 0.4),),
    "Wooden Train Set": (("Train Bridge", 0.6),),
    "Balance Bike": (("Bike Helmet", 0.65),),
    "Weekend Bag": (("Packing Cubes", 0.45),),
    "Herb Seeds": (("Garden Trowel", 0.4), ("Watering Can", 0.3)),
    "Rose Face Oil": (("Clay Mask", 0.35),),
}
"""What goes with what: whoever buys the first takes the second along that often."""
