-- Processor time per time that passed, over a step and at its busiest; null where nobody measured.
ALTER TABLE step_history ADD COLUMN mean_cores REAL;
ALTER TABLE step_history ADD COLUMN peak_cores REAL;
