"""How serious it is and what the next step is: the questionnaire as data, its walk and its decision."""
