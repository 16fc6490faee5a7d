import type { ThingKind } from './kinds.ts';

/**
 * What the cut-outs of fetch-photos.ts show, sorted by looking at them: names of files, `folder/name` where a name is not
 * enough, or `folder/` for all others in it. What is not here shows nothing of a clear thickness.
 */
export const names: Record<ThingKind, string> = {
  ball: `earth jupiter mars mercury neptune sun venus moon/ 1_mercury 2_venus 3_earth 4_mars 5_jupiter 7_uranus 8_neptune 9_pluto
    Apricot_whole apple_fuji apple_granny_smith apple_green apple_red apple_sierra_beauty apricot avocado kiwi lemon mandarine
    mango orange orange_seville pomegranate raspberry onion tomato potato pecan pumpkin_small pattypan_squash australian_rules_football
    basketball cricketball football soccer tennis_ball Christmas_pudding jackolantern_mean chick-in-egg
    strawberry Strawberry2 pineapple garlic pinecone cep cep-1 Christmas_Tree_photo christmas/tree German_Christmas_toy`,
  turned: `Lightbulb cylinder garbagecan home_compost_bin drum_tomtom_floor pear corn candle holiday_candle trophy_cup
    old_naval_shell balloon360 tophat
    mushroom uk_post_box`,
  rod: 'mercurythermometer syringe bassoon highlighter clothespin_old',
  body: `saturn 6_saturn amphibians/ birds/ lizards/ apes/ aquatic/ mammals/ bears/ toys/ bovines/ camel/ cats/ deer/ dogs/
    equines/ rodents/ marsupials/ insects/ seahorse lobster Cherry_Stella banana cherimoya grapes walnut ginger broccoli carrot
    chilepepper garlics lettuce redlettuce pepper yellowpepper yam mug pitcher_small teapot kettle rubberduck toilet wheelie_bin
    usps_mailbox blue_fedora feathered_hat green_fedora propeller_hat t_baseballcap drumkit fireman240a fireman200b
    final-roll-call paratrooper ww2_german_gun eggplant lavender lettuce_bolted thyme holm_oak liberia-palm tree336 rambutan
    rose cep-2 Candy_cane_photo_1 Candy_cane_photo_2 candy_cane Roast_turkey bluebird bunny-egg bunny-head bunny chick-hatched
    chick grave-f inukshuk-photo spacewalk apollo_lander voyager2 pink_tricycle cementmixer`,
  hull: `bradley f22_raptor infantry-stryker beetle sedan sportscar2 truck dumper firetruck sedan_police 747 garbagetruck
    green_korean_bus indycar chineseJunk walnutBoat trumpet binoculars`,
  cushion: `fish/ xanthia abalone murray-mussel t_glove t_jacket t_pants t_poloshirt t_scarf t_shirt t_sock t_tshirt almond
    fire tooth flowers/ plastic/ holly_leaves Mince_Pie Santa bow stocking xmaswreath butterfly easter/daffodil`,
  slab: `camera_35mm cello guitar2 guitar_classical guitar_electric guitar_electric_bass violin measuring_tape toolbox
    paintbrush_large hammer mallet_metal halloween/ wheel_tractor 7spoke256`,
  thin: `clothespin_new scissors_small_open nutcracker key plyers saw spade wrench wrench_adjustable wrench_plumbers
    bandage_adhesive stethoscope menorah tennis_racket 00_symbols/`,
  plate: 'button sliced_lime sliced_orange pizza cymbal_crash star coins/ japanese/',
};
