export const coffeeFaqs = [
  { question: 'What are your opening hours?', answer: 'We open 7am-9pm daily', keywords: 'hours, opening, time' },
  {
    question: 'Do you have vegan options?',
    answer: 'Yes! We offer oat milk, almond milk, and vegan pastries',
    keywords: 'vegan, dairy-free, plant-based',
  },
];
